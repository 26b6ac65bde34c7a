-- Makes the warehouse, owned by the loader's role, and databases of Airflow's and Meltano's own.
--
-- The image runs this once, at the first start. With the new passwords of a new .env, run it
-- again (after `docker compose up -d`, so that the container has them):
--   docker compose exec warehouse_db \
--     psql -U postgres -d ecommerce -f /docker-entrypoint-initdb.d/provision.sql
\set ON_ERROR_STOP on

-- No statement with a password in the log, whatever the server logs.
SET log_statement = 'none';
SET log_min_duration_statement = -1;
SET log_min_error_statement = 'panic';

\getenv owner TARGET_POSTGRES_USER
\getenv password TARGET_POSTGRES_PASSWORD
SELECT to_regrole(quote_ident(:'owner')) IS NULL AS missing \gset
\if :missing
CREATE ROLE :"owner";
\endif
ALTER ROLE :"owner" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
PASSWORD :'password';
ALTER DATABASE :"DBNAME" OWNER TO :"owner";
REVOKE ALL ON DATABASE :"DBNAME" FROM PUBLIC;

\getenv password AIRFLOW_DATABASE_PASSWORD
SELECT to_regrole('airflow') IS NULL AS missing \gset
\if :missing
CREATE ROLE airflow;
\endif
ALTER ROLE airflow LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
PASSWORD :'password';
SELECT NOT EXISTS (SELECT FROM pg_database WHERE datname = 'airflow') AS missing \gset
\if :missing
CREATE DATABASE airflow OWNER airflow TEMPLATE template0 ENCODING 'UTF8';
\endif
REVOKE ALL ON DATABASE airflow FROM PUBLIC;

-- Meltano's runs and states, where several workers share them (MELTANO_DATABASE_URI): not by
-- Airflow's role, which workers do not know.
SELECT NOT EXISTS (SELECT FROM pg_database WHERE datname = 'meltano') AS missing \gset
\if :missing
CREATE DATABASE meltano OWNER :"owner" TEMPLATE template0 ENCODING 'UTF8';
\endif
REVOKE ALL ON DATABASE meltano FROM PUBLIC;
