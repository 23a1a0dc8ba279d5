#!lua flags=allow-oom
-- Takes the user of a bind code, once. KEYS: as in put-code.lua. ARGV: hash, the time.
-- Answers the user; nothing if there is none, the code has expired, or Redis was restarted since.
local expiry = redis.call('ZSCORE', KEYS[2], ARGV[1])
local put = redis.call('HGET', KEYS[3], ARGV[1])
if not expiry or not put then
  return {false}
end
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('HDEL', KEYS[3], ARGV[1])
local stretch, user = string.match(put, '^(%S+) (.*)$')
if tonumber(expiry) <= tonumber(ARGV[2]) or stretch ~= redis.call('HGET', KEYS[1], 'stretch') then
  return {false}
end
return {user}
