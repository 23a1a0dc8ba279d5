#!lua flags=allow-oom
-- Puts users of a lease into places and takes them out, and notifies all servers. What is so already
-- has no effect, so a call whose outcome is unknown can be made again.
--
-- A place is "SPACE\nKIND\nNAME". With its key begin those of the arrivals (users by the number of
-- their arrival), of the names (users by name), and of the leases that have each user.
--
-- Notifications are lines: version, origin, the place, and one for each user, which begins with + (came),
-- - (left), > (is at this lease too), or < (is no longer at this lease, but at another). The origin
-- is the lease that says so of its own users, or nothing if others say so of a dead one's.
--
-- KEYS: when each lease ends; the number of versions; what is held, with the version since when: the
-- lease's key is this and the lease; when users were last seen. ARGV: "change", the channel, the start of a place's key, the lease, the number of places, the
-- places, and for each change: the number of its place, the user, and + or -. Answers whether there
-- is a lease.
-- Or ARGV: "clear", the channel, the start of a place's key, the lease, or nothing for one that ran
-- out, the most users. Answers whether there may be more to do.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local operation, channel, prefix, lease = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local version
local order, lines = {}, {}

local function tell(place, line)
  if not lines[place] then
    lines[place] = {}
    order[#order + 1] = place
  end
  table.insert(lines[place], line)
end

local function change(place, user, enter)
  local key = prefix .. place .. '}'
  local leases = redis.call('HGET', key .. ':leases', user) or ''
  local here = string.find(leases, lease, 1, true) ~= nil
  if here == enter then
    return
  end
  version = version or redis.call('INCR', KEYS[2])
  local held = place .. '\n' .. user
  if enter then
    redis.call('ZADD', KEYS[3] .. lease, version, held)
    redis.call('HSET', key .. ':leases', user, leases .. ' ' .. lease)
    if leases == '' then
      redis.call('ZADD', key .. ':arrivals', redis.call('INCR', KEYS[2]), user)
      redis.call('ZADD', key .. ':names', 0, user)
    end
    tell(place, (leases == '' and '+' or '>') .. user)
    return
  end
  redis.call('ZREM', KEYS[3] .. lease, held)
  local from, to = string.find(leases, ' ' .. lease, 1, true)
  local left = string.sub(leases, 1, from - 1) .. string.sub(leases, to + 1)
  if left == '' then
    redis.call('HDEL', key .. ':leases', user)
    redis.call('ZREM', key .. ':arrivals', user)
    redis.call('ZREM', key .. ':names', user)
  else
    redis.call('HSET', key .. ':leases', user, left)
  end
  tell(place, (left == '' and '-' or '<') .. user)
end

local origin, answer = lease, 1
if operation == 'change' then
  local ends = redis.call('ZSCORE', KEYS[1], lease)
  if not ends or tonumber(ends) <= now then
    return {0}
  end
  local places = tonumber(ARGV[5])
  for i = 6 + places, #ARGV, 3 do
    change(ARGV[5 + ARGV[i]], ARGV[i + 1], ARGV[i + 2] == '+')
  end
else
  origin = ''
  local any = lease == ''
  if any then
    lease = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 1)[1]
  end
  local ends = lease and redis.call('ZSCORE', KEYS[1], lease)
  if not ends then
    return {0}
  end
  local died = tonumber(ends) == 0 and now or math.min(tonumber(ends), now)
  local held = redis.call('ZRANGE', KEYS[3] .. lease, 0, ARGV[5] - 1)
  for i = 1, #held do
    local place, user = string.match(held[i], '^(.*)\n([^\n]*)$')
    change(place, user, false)
    local space, kind = string.match(place, '^(.*)\n(.-)\n')
    if any and kind == 'everyone' then
      redis.call('ZADD', KEYS[4], 'GT', died, space .. '\n' .. user)
    end
  end
  if #held == 0 then
    redis.call('ZREM', KEYS[1], lease)
  end
end

for i = 1, #order do
  local place = order[i]
  redis.call('PUBLISH', channel, string.format('%.0f', version) .. '\n' .. origin .. '\n' .. place
    .. '\n' .. table.concat(lines[place], '\n'))
end
return {answer}
