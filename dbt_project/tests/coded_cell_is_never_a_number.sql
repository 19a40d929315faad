-- What is this test? A measure is a number or a reason code, never both and never neither.
-- When is this important to resolve? Always: suppressed is not zero.
-- How to resolve? Look at the line of the release: a new code needs a row in xwalk_reason_code and in its contract.
select *
from {{ ref('stg_dfe__results') }}
where (value is null) = (reason_code is null) or reason_code = 'unknown_code'
