/* proof.h — the public page that says what a file is worth: /kiem-tra.
 *
 * Law:        Law 20/2023/QH15 art. 22 (a change after signing must be detectable), NĐ 30/2020/NĐ-CP Điều 5 (an electronic document
 *             signed by person and agency counts as the original).
 * Owner:      no tables; the view proof_file (of src/dossier): papers and results that left the house.
 * Invariants: the file is read in the process of core/render and thrown away with the request. Ours is what has the very bytes
 *             that we issued; a signature alone never makes a file ours. No name, no subject of a dossier is shown beyond
 *             what the file itself says; its code is public (src/track). */
#pragma once
#include "core/http/route.h"
#include "core/render/render.h"

struct proof_facilities {
	struct render *render;
	struct str signers, stamps; /* anchors as PEM: of signers, of time-stamp authorities; empty: nobody is trusted */
};
/* Kept by address; before the first request. */
void proof_use(const struct proof_facilities *f);

extern const struct route_table proof_routes;
