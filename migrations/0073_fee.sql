-- computed: what the rule of the procedure gives; NULL: it has none. detail: how the sum came about and why it differs (src/dossier/fee.h),
-- sealed under the dossier's key, for a contract's value is its parties' matter.
alter table dossier_fee add column computed money;
alter table dossier_fee add column detail bytes;
