select started_at::date as day, country, count(*) as visits
from {{ source('website', 'visits') }}
group by 1, 2
