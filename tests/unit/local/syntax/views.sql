-- view
WITH
  cleaned AS (
   SELECT
     order_id
   , LOWER(trim(BOTH FROM city)) city
   , TRY(CAST(from_iso8601_timestamp(NULLIF(trim(BOTH FROM shipped), '')) AS DATE)) shipped_on
   FROM
     sales.orders
   WHERE ((shipped IS NOT NULL) AND (trim(BOTH FROM city) <> ''))
) 
, numbered AS (
   SELECT *
   FROM
     (
      SELECT
        *
      , ROW_NUMBER() OVER (PARTITION BY order_id ORDER BY COALESCE(shipped_on, DATE '2099-12-31') DESC) n
      FROM
        cleaned
   ) 
   WHERE (n = 1)
) 
SELECT
  order_id
, COALESCE((LEAD(shipped_on) OVER (PARTITION BY city ORDER BY shipped_on ASC) - INTERVAL  '1' DAY), DATE '2099-12-31') until
FROM
  numbered
WHERE (until >= shipped_on)
-- view
SELECT *
FROM
  t
-- view
SELECT 1 n

-- view
SELECT DISTINCT
  a
, count(*) "Total n"
FROM
  ((db.t x
INNER JOIN u y (p, q) ON (x.a = y.p))
LEFT JOIN v USING (a, b))
, w
GROUP BY a, (b, c), ROLLUP (a, b), GROUPING SETS ((a), (a, b), ()), CUBE (a)
HAVING (count(*) > 1)
WINDOW w AS (PARTITION BY a)
ORDER BY 2 DESC, a ASC NULLS LAST
OFFSET 2 ROWS
LIMIT 10
-- view
SELECT
  a
, b
FROM
  (
 VALUES 
     ROW (1, 'x')
   , ROW (2, 'y')
)  t (a, b)
FETCH FIRST 1 ROWS WITH TIES
-- view
SELECT n
FROM
  (t
CROSS JOIN UNNEST(t.list) WITH ORDINALITY u (n, i))
UNION ALL SELECT s.n
FROM
  s TABLESAMPLE BERNOULLI (10)
EXCEPT TABLE r
INTERSECT (
   SELECT q.*
   FROM
     q FOR TIMESTAMP AS OF current_timestamp
   LIMIT 1
) -- view
SELECT (a IN (SELECT b
FROM
  t
)) found
FROM
  (s
NATURAL FULL JOIN t)
-- view
SELECT *
FROM
  ( t MATCH_RECOGNIZE (
      PARTITION BY a
      ORDER BY b ASC
      MEASURES
         CLASSIFIER() AS label,
         RUNNING LAST(A.c, 1) AS last_c,
         count(B.*) AS bs
      ALL ROWS PER MATCH OMIT EMPTY MATCHES
      AFTER MATCH SKIP TO FIRST B
      PATTERN ((^ (A+?) ((B{2,3}) | ()) PERMUTE(A, B) {-B-} $))
      SUBSET U = (A, B)
      DEFINE
         A AS (c > PREV(c)),
         B AS true
)) m
-- view
SELECT a
FROM
  t
ORDER BY a ASC
LIMIT ALL
-- view
SELECT a
FROM
  t
ORDER BY a ASC
FETCH FIRST ROW WITH TIES
