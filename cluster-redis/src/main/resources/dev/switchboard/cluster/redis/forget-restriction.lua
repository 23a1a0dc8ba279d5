#!lua flags=allow-oom
-- Removes a restriction that has ended, unless it was replaced. KEYS: the restrictions. ARGV: field,
-- value.
if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then
  redis.call('HDEL', KEYS[1], ARGV[1])
end
return {}
