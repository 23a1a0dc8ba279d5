#!lua flags=no-writes
-- Reads a page of a log at one point in time.
-- KEYS: the store; the log, as in append.lua. ARGV: "after" or "before"; the seq; the most entries and
-- bytes. Answers the epoch, the stretch, the number of the commit that last changed the log, its head
-- and first seq, the seq of the first entry, and the entries.
local store = redis.call('HMGET', KEYS[1], 'epoch', 'stretch')
if not store[1] or not store[2] then
  return redis.error_reply('NOSTORE the store was emptied')
end
local log = redis.call('HMGET', KEYS[2], 'head', 'first', 'commit')
local head, first = tonumber(log[1] or 0), tonumber(log[2] or 1)
local after, seq, limit, room =
  ARGV[1] == 'after', tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])

local from, to
if after then
  from = math.max(seq + 1, first)
  to = math.min(head, from + limit - 1)
else
  to = math.min(seq - 1, head)
  from = math.max(first, to - limit + 1)
end
local answer = {store[1], store[2], tonumber(log[3] or 0), head, first, from}
if from > to then
  return answer
end

local kept = redis.call('LRANGE', KEYS[2] .. ':kept', from - first, to - first)
local count = 0
for i = 1, #kept do
  local item = after and kept[i] or kept[#kept + 1 - i]
  room = room - tonumber(string.match(item, '^%S+ (%d+)'))
  if room < 0 and count > 0 then
    break
  end
  count = count + 1
end
if after then
  to = from + count - 1
else
  from = to - count + 1
  answer[6] = from
end

local entries = redis.call('XRANGE', KEYS[2] .. ':entries',
  string.format('%.0f-0', from), string.format('%.0f-0', to))
for i = 1, #entries do
  answer[6 + i] = entries[i][2][2]
end
return answer
