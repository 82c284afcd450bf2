-- tree-crowd.sql: adds to the tables of tree.sql users of whom each name occurs at several places, more than a page of rows holds.

INSERT INTO people (uid, number, gid, cn, sn, mail, unit_id, updated_at)
SELECT uid, 30000 + row_number() OVER (), 3030, 'One of ' || uid, 'Crowd', 'crowd@example.com', unit_id, '2025-05-01 00:00:00Z' FROM (
    SELECT 'v' || n AS uid, 1 + (n + 7 * place) % 60 AS unit_id FROM generate_series(0, 699) n, generate_series(0, 1) place UNION ALL
    SELECT 'same', nullif(n, 0) FROM generate_series(0, 60) n) v;
ANALYZE people;
