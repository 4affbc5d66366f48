-- wrk's part of a filing: another person and another key each time. Environment: TOKEN, BODY (with @ID@ and @N@ in it), ROUND.
local token, body, round = os.getenv("TOKEN"), os.getenv("BODY"), tonumber(os.getenv("ROUND"))
local n = 0

request = function()
	n = n + 1
	local text = body:gsub("@ID@", string.format("00119%07d", round * 200000 + n)):gsub("@N@", tostring(n))
	return wrk.format("POST", "/api/v1/dossiers", {["Authorization"] = "Bearer " .. token, ["Content-Type"] = "application/json",
		["Idempotency-Key"] = round .. "-" .. n}, text)
end

