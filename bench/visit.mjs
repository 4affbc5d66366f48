// visit.mjs URL [fast|phone]: one first visit in Chromium, from an empty cache. A line of JSON: requests and those for fonts, bytes as they came over the line, of them of fonts,
// and the largest contentful paint in milliseconds. phone: a slow telephone on a slow line (1.6 Mbit/s, 150 ms, a processor four times slower).
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const { chromium } = createRequire(fileURLToPath(new URL("../tests/browser/", import.meta.url)))("playwright-core");
const [url, line] = process.argv.slice(2);
const flags = ["--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const browser = await chromium.launch({ executablePath: process.env.MOTCUA_CHROMIUM ?? "/usr/bin/chromium", chromiumSandbox: process.getuid() !== 0, args: flags });
const page = await (await browser.newContext({ viewport: { width: 360, height: 640 }, locale: "vi-VN", hasTouch: true, isMobile: true })).newPage();
const cdp = await page.context().newCDPSession(page);
const types = new Map(), sums = { requests: 0, asked: 0, bytes: 0, fonts: 0 };

await cdp.send("Network.enable");
if (line === "phone") {
	await cdp.send("Network.emulateNetworkConditions", { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 0.75e6 / 8 });
	await cdp.send("Emulation.setCPUThrottlingRate", { rate: 4 });
}
cdp.on("Network.requestWillBeSent", (e) => e.request.url.startsWith("http") && sums.requests++);
cdp.on("Network.responseReceived", (e) => types.set(e.requestId, e.type));
cdp.on("Network.loadingFinished", (e) => {
	sums.bytes += e.encodedDataLength;
	if (types.get(e.requestId) === "Font") sums.fonts += e.encodedDataLength, sums.asked++;
});
await page.goto(url, { waitUntil: "networkidle", timeout: 120000 });
const paint = await page.evaluate(() => new Promise((done) => {
	new PerformanceObserver((list) => done(list.getEntries().at(-1).startTime)).observe({ type: "largest-contentful-paint", buffered: true });
}));
await browser.close();
console.log(JSON.stringify({ ...sums, paint }));
