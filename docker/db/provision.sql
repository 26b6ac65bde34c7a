-- Makes the source: northwind.sql, and the role that can only read it.
--
-- The image runs this once, at the first start. It can be run again at any time, and does what
-- is still to do: after northwind.sql was corrected, or with the new passwords of a new .env
-- (then `docker compose up -d` first, so that the container has them):
--   docker compose exec db \
--     psql -U postgres -d northwind -f /docker-entrypoint-initdb.d/provision.sql
\set ON_ERROR_STOP on

SELECT count(*) = 0 AS empty FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'f') \gset
\if :empty
BEGIN;
\i /source/northwind.sql
COMMIT;
\connect
\endif

-- No statement with a password in the log, whatever the server logs.
SET log_statement = 'none';
SET log_min_duration_statement = -1;
SET log_min_error_statement = 'panic';

\getenv reader TAP_POSTGRES_USER
\getenv password TAP_POSTGRES_PASSWORD
SELECT to_regrole(quote_ident(:'reader')) IS NULL AS missing \gset
\if :missing
CREATE ROLE :"reader";
\endif
ALTER ROLE :"reader" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
PASSWORD :'password';
ALTER ROLE :"reader" SET default_transaction_read_only = on;
REVOKE ALL ON DATABASE :"DBNAME" FROM PUBLIC;
REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC;
GRANT CONNECT ON DATABASE :"DBNAME" TO :"reader";

-- Its tables, present and future, and nothing else: pg_read_all_data, which was granted here
-- once, reads other roles' password verifiers too. Tables that another role makes are granted
-- when this runs again.
REVOKE pg_read_all_data FROM :"reader";
SELECT format('GRANT USAGE ON SCHEMA %1$I TO %2$I', nspname, :'reader'),
  format('GRANT SELECT ON ALL TABLES IN SCHEMA %1$I TO %2$I', nspname, :'reader')
FROM pg_namespace WHERE nspname !~ '^pg_|^information_schema$' \gexec
ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO :"reader";
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO :"reader";
