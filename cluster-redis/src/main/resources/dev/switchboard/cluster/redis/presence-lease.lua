#!lua flags=allow-oom
-- Takes a server's lease, or renews it. KEYS: when each lease ends, sorted. ARGV: "take" or "keep",
-- the lease, its length in milliseconds. Answers whether there is a lease.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[1] == 'keep' then
  local ends = redis.call('ZSCORE', KEYS[1], ARGV[2])
  if not ends or tonumber(ends) <= now then
    return {0}
  end
end
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[2])
return {1}
