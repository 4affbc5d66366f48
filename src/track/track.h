/* track.h — public look-up of a dossier.
 *
 * Law:        NĐ 61/2018 Điều 8, NĐ 45/2020 Điều 6 (the applicant follows the dossier), NĐ 118/2025 Điều 24.
 * Owner:      no tables.
 * Invariants: the code alone shows state and degree of completion; no name, subject, date of birth or file. Code and secret
 *             (80 bits, compared in constant time) show timeline and files. Ten tries a minute from an address. */
#pragma once
#include "core/http/route.h"

extern const struct route_table track_routes;
