-- expect: expected: -- fragment: lower_case_name
-- fragment: Mine
count = 0
