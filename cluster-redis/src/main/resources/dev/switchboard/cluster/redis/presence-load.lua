#!lua flags=no-writes
-- Reads who is in some places at one point in time. KEYS: when each lease ends; the number of
-- versions. ARGV: the start of a place's key, the lease, the places. Answers whether the lease is
-- there, the version, and for each place a list of users, each with its leases.
local ends = redis.call('ZSCORE', KEYS[1], ARGV[2])
if not ends or tonumber(ends) == 0 then -- settle.lua has ended it
  return {0}
end
local answer = {1, tonumber(redis.call('GET', KEYS[2]) or 0)}
for i = 3, #ARGV do
  answer[i] = redis.call('HGETALL', ARGV[1] .. ARGV[i] .. '}:leases')
end
return answer
