// xray.mjs — an X-ray licence as a dental clinic would file it: what its people type, page by page, and the papers they attach.
// Names of fields are those of packs/forms; everything is made up.

export const procedure = "bx-cap-phep-xquang";

const clinic = { name: "Phòng khám răng hàm mặt Mẫu", address: "12 phố Mẫu, phường Mẫu", phone: "0203 381 2345", mail: "phongkham@mau.example" };
const organisation = { ten_to_chuc: clinic.name, dia_chi: clinic.address, dien_thoai: "0912345678", email: clinic.mail };

// One object a page, in the order of the pages; nested names as the page has them.
export const pages = [
	{ ...organisation },
	{ ho_ten: "Lê Văn Mẫu An Toàn", ngay_sinh: "1/5/1988", gioi_tinh: "nam", so_giay_to: "001088000001", giay_to_ngay_cap: "15/01/2020", giay_to_noi_cap: "Bộ Công an",
		chuyen_nganh: "Kỹ thuật hình ảnh y học", don_vi: "Phòng chụp răng", dien_thoai_nv: "0912345679", so_qd_bo_nhiem: "05/QĐ-PKM", ngay_qd: "02/03/2025",
		"gcn_dt.so": "123/2025", "gcn_dt.ngay_cap": "10/02/2025", "gcn_dt.to_chuc_cap": "Trung tâm đào tạo Mẫu" },
	{ tong_so: "1", "nhan_vien.0.ho_ten": "Phạm Thị Mẫu Kỹ Thuật", "nhan_vien.0.nam_sinh": "1995", "nhan_vien.0.gioi_tinh": "nu",
		"nhan_vien.0.chung_nhan.so": "124/2025", "nhan_vien.0.chung_nhan.ngay_cap": "10/02/2025", "nhan_vien.0.chung_nhan.to_chuc_cap": "Trung tâm đào tạo Mẫu",
		"nhan_vien.0.chuyen_nganh": "Kỹ thuật hình ảnh y học", "nhan_vien.0.cong_viec": "Chụp X-quang răng" },
	{ ten: clinic.name, dia_chi: clinic.address, dien_thoai: "0912345678", email: clinic.mail, "dung_dau.ho_ten": "Trần Thị Mẫu Giám Đốc", "dung_dau.chuc_vu": "Giám đốc",
		"dung_dau.so_giay_to": "001180000002", "cong_viec.0.cong_viec": "Sử dụng thiết bị X-quang chụp răng", "cong_viec.0.so_luong": "1", "tai_lieu.0.ten": "Bản đo kiểm định thiết bị" },
	{ ...organisation },
	{ ten_tb: "Máy X-quang chụp răng toàn cảnh", model: "Mẫu X-100", hang: "Hãng Mẫu, Nhật Bản", nam_sx: "2024", kv: "85", ma: "12,5", loai: "thiet_bi_x_quang_chup_rang",
		co_dinh: "co_dinh", noi_dat: "Phòng chụp răng, tầng 1" },
];

// A PDF of one page, about `size` bytes long.
export function pdf(words, size = 0) {
	const text = `BT /F1 12 Tf 20 40 Td (${words.normalize("NFD").replace(/[^ -~]/g, "").replace(/[()\\]/g, "")}) Tj ET`;
	const body = ["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 100]/Contents 4 0 R/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>",
		`<</Length ${text.length}>>stream\n${text}\nendstream`, `<</Length ${size}>>stream\n${"x".repeat(size)}\nendstream`];
	let out = "%PDF-1.4\n";
	const at = body.map((x, i) => {
		const here = out.length;
		out += `${i + 1} 0 obj\n${x}\nendobj\n`;
		return here;
	});
	const table = out.length;
	out += `xref\n0 6\n0000000000 65535 f \n${at.map((x) => `${String(x).padStart(10, "0")} 00000 n \n`).join("")}`;
	return Buffer.from(`${out}trailer<</Size 6/Root 1 0 R>>\nstartxref\n${table}\n%%EOF\n`, "latin1");
}
