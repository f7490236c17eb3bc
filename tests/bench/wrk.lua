-- Sends the requests of a file, which stand there as they go over the wire with a NUL between them, one after another
-- from a place on, over and over; the last line of what is printed is the outcome as JSON.
-- wrk … -s wrk.lua http://127.0.0.1:PORT -- FILE PLACE; PAUSE_MS in the environment: between two of a connection.

local requests, at = {}, 0

function init(arguments)
  local file = assert(io.open(arguments[1], "rb"))
  for request in file:read("*a"):gmatch("[^%z]+") do
    requests[#requests + 1] = request
  end
  file:close()
  at = tonumber(arguments[2]) % #requests
end

function request()
  at = at % #requests + 1
  return requests[at]
end

if os.getenv("PAUSE_MS") then
  function delay()
    return tonumber(os.getenv("PAUSE_MS"))
  end
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"answered": %d, "microseconds": %d, "refused": %d, "broken": %d, "p50": %d, "p99": %d}\n',
    summary.requests, summary.duration, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
