/* about.h — pages that the frame links and that belong to no one procedure: paying, petitions, ratings, personal data, accessibility.
 *
 * Owner: no tables. Law: NĐ 20/2008/NĐ-CP (petitions on regulations), NĐ 61/2018/NĐ-CP Điều 22, 27–32 (fees, ratings), Luật Bảo vệ dữ
 *        liệu cá nhân 91/2025/QH15. What is said of the signed-in applicant are his or her own dossiers only. */
#pragma once
struct route_table;
extern const struct route_table about_routes;
