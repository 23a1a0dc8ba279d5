#!lua flags=no-writes
-- Lists users of a place. KEYS: a place, as in presence-change.lua. ARGV: "first" or "after", the most
-- users, and the name after which they are. Answers how many there are in total, and the users.
local users
if ARGV[1] == 'first' then
  users = redis.call('ZRANGE', KEYS[1] .. ':arrivals', 0, ARGV[2] - 1)
else
  users = redis.call('ZRANGEBYLEX', KEYS[1] .. ':names', '(' .. ARGV[3], '+', 'LIMIT', 0, ARGV[2])
end
return {redis.call('ZCARD', KEYS[1] .. ':names'), users}
