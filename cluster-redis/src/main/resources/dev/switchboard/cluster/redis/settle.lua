#!lua flags=allow-oom
-- The first call on each connection. Names the stretch of the store's history that this process of
-- Redis adds to, and finds out whether the store has lost commits that a server has seen: then it
-- gets another epoch.
--
-- A stretch is RUN@COMMITS: the process's id, and how many commits there were when it began. The
-- stretches that are over are kept with the number of commits at which they ended.
--
-- In a new stretch, all leases of servers have run out: who was where may have been lost, too.
--
-- KEYS: the store; its stretches; when each lease ends. ARGV: an epoch, should a new one be needed; then pairs of a stretch
-- and the last commit in it that the server has seen.
-- Answers the epoch, the stretch, and the number of commits.
local ALL = 9007199254740991 -- more commits than there will ever be

local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
local store = redis.call('HMGET', KEYS[1], 'epoch', 'commits', 'stretch')
local epoch, commits, stretch = store[1], tonumber(store[2] or 0), store[3]

if not stretch or string.sub(stretch, 1, #run) ~= run then
  if stretch then
    redis.call('ZADD', KEYS[2], commits, stretch)
    redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -1001)
  end
  for _, lease in ipairs(redis.call('ZRANGE', KEYS[3], 0, -1)) do
    redis.call('ZADD', KEYS[3], 0, lease)
  end
  stretch = run .. '@' .. string.format('%.0f', commits)
  redis.call('HSET', KEYS[1], 'stretch', stretch)
end

local lost = not epoch
for i = 2, #ARGV, 2 do
  local seen = tonumber(ARGV[i + 1])
  if ARGV[i] == stretch then
    if commits < seen then
      lost, commits = true, seen
    end
  elseif tonumber(redis.call('ZSCORE', KEYS[2], ARGV[i]) or -1) < seen then
    lost = true
    redis.call('ZADD', KEYS[2], ALL, ARGV[i]) -- others who have seen it need not tell it again
  end
end
if lost then
  epoch = ARGV[1]
  redis.call('HSET', KEYS[1], 'epoch', epoch, 'commits', commits)
end
return {epoch, stretch, commits}
