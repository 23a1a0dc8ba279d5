#!lua
-- Keeps the user of a bind code, until Redis restarts: a code that was taken could come back then.
-- KEYS: the store; the expiry of each code's hash, sorted; the users by hash, each after the stretch
-- (settle.lua) in which it was put. ARGV: hash, user, expiry, the time, the most codes.
local ended = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[4], 'LIMIT', 0, 1000)
for i = 1, #ended do
  redis.call('ZREM', KEYS[2], ended[i])
  redis.call('HDEL', KEYS[3], ended[i])
end
if redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[5]) then
  return redis.error_reply('FULL too many codes are unused')
end
local stretch = redis.call('HGET', KEYS[1], 'stretch')
if not stretch then
  return redis.error_reply('NOSTORE the store was emptied')
end
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
redis.call('HSET', KEYS[3], ARGV[1], stretch .. ' ' .. ARGV[2])
return {}
