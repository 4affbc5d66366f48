// sheet.mjs — many pictures of one page as one picture beside each other, each with its name, small enough to be kept.
// Lower parts of a page are left out.
export const TALLEST = 2200;
const SCALE = 0.5, GAP = 24, HEAD = 36;

// Runs in the page: the browser draws and packs the sheet.
async function draw({ pictures, SCALE, GAP, HEAD }) {
	const images = await Promise.all(pictures.map(async (p) => createImageBitmap(await (await fetch(`data:image/png;base64,${p.png}`)).blob())));
	const at = (n) => Math.round(n * SCALE);
	const canvas = Object.assign(document.createElement("canvas"), {
		width: images.reduce((w, i) => w + at(i.width) + GAP, GAP), height: Math.max(...images.map((i) => at(i.height))) + HEAD + GAP });
	const to = canvas.getContext("2d");
	to.fillStyle = "#d9dde2";
	to.fillRect(0, 0, canvas.width, canvas.height);
	to.imageSmoothingQuality = "high";
	images.reduce((x, image, i) => {
		to.fillStyle = "#1b2430";
		to.font = "14px sans-serif";
		to.fillText(pictures[i].label, x, 24);
		to.drawImage(image, 0, 0, image.width, image.height, x, HEAD, at(image.width), at(image.height));
		return x + at(image.width) + GAP;
	}, GAP);
	return canvas.toDataURL("image/webp", 0.75).split(",")[1];
}

// The bytes of a WebP picture. `pictures`: { label, png } each.
export async function sheet(v, pictures) {
	const page = await v.context.newPage();
	const args = { pictures: pictures.map((p) => ({ label: p.label, png: p.png.toString("base64") })), SCALE, GAP, HEAD };
	const text = await page.evaluate(draw, args);
	await page.close();
	return Buffer.from(text, "base64");
}
