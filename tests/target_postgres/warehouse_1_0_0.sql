-- A warehouse as version 1.0.0 left it (pg_dump of two days): orders widened and grown, events in
-- slices, mixed a snapshot and then a slice, products gone on the second day.
CREATE SCHEMA ecommerce;
CREATE SCHEMA ecommerce_days;
CREATE SCHEMA ecommerce_parts;
CREATE TABLE ecommerce_days.events (
    id integer,
    snapshot_date date NOT NULL
)
PARTITION BY LIST (snapshot_date);
CREATE VIEW ecommerce.events AS
 SELECT id
   FROM ecommerce_days.events;
COMMENT ON VIEW ecommerce.events IS 'All days of "ecommerce_days"."events" (singer_copy)';
CREATE TABLE ecommerce_days.mixed (
    id integer,
    snapshot_date date NOT NULL
)
PARTITION BY LIST (snapshot_date);
CREATE VIEW ecommerce.mixed AS
 SELECT id
   FROM ecommerce_days.mixed
  WHERE (snapshot_date <> ALL (ARRAY['2025-01-01'::date]));
COMMENT ON VIEW ecommerce.mixed IS 'All days of "ecommerce_days"."mixed" WHERE snapshot_date <> ALL (ARRAY[''2025-01-01'']::date[]) (singer_copy)';
CREATE TABLE ecommerce_days.orders (
    order_id integer,
    customer character varying(5),
    snapshot_date date NOT NULL,
    extra date
)
PARTITION BY LIST (snapshot_date);
CREATE TABLE ecommerce_parts."orders@2025-01-02" (
    order_id integer CONSTRAINT "orders@2025-01-02~8bf5ac_order_id_not_null" NOT NULL,
    customer character varying(5),
    extra date,
    snapshot_date date DEFAULT '2025-01-02'::date CONSTRAINT "orders@2025-01-02~8bf5ac_snapshot_date_not_null" NOT NULL
);
COMMENT ON TABLE ecommerce_parts."orders@2025-01-02" IS 'snapshot of 2025-01-02 from postgres, load 8bf5acf9-13a8-4b8f-8241-d9547e9d2947';
CREATE VIEW ecommerce.orders AS
 SELECT order_id,
    customer,
    extra
   FROM ecommerce_parts."orders@2025-01-02";
COMMENT ON VIEW ecommerce.orders IS 'Snapshot of 2025-01-02; every day is in "ecommerce_days"."orders" (singer_copy)';
CREATE TABLE ecommerce_days.loads (
    load_id uuid NOT NULL,
    run_id text NOT NULL,
    date date NOT NULL,
    table_name text NOT NULL,
    source text NOT NULL,
    kind text NOT NULL,
    rows bigint NOT NULL,
    bytes bigint NOT NULL,
    sha256 text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone NOT NULL,
    published_at timestamp with time zone DEFAULT now() NOT NULL
);
COMMENT ON TABLE ecommerce_days.loads IS 'One row per table and load: what was loaded, when, from which file';
CREATE TABLE ecommerce_days.products (
    p text,
    snapshot_date date NOT NULL
)
PARTITION BY LIST (snapshot_date);
CREATE TABLE ecommerce_parts."events@2025-01-01" (
    id integer CONSTRAINT "events@2025-01-01~2a86ca_id_not_null" NOT NULL,
    snapshot_date date DEFAULT '2025-01-01'::date CONSTRAINT "events@2025-01-01~2a86ca_snapshot_date_not_null" NOT NULL
);
COMMENT ON TABLE ecommerce_parts."events@2025-01-01" IS 'slice of 2025-01-01 from postgres, load 2a86caa1-6abb-498b-b22c-0b4a6d07243c';
CREATE TABLE ecommerce_parts."events@2025-01-02" (
    id integer CONSTRAINT "events@2025-01-02~8bf5ac_id_not_null" NOT NULL,
    snapshot_date date DEFAULT '2025-01-02'::date CONSTRAINT "events@2025-01-02~8bf5ac_snapshot_date_not_null" NOT NULL
);
COMMENT ON TABLE ecommerce_parts."events@2025-01-02" IS 'slice of 2025-01-02 from postgres, load 8bf5acf9-13a8-4b8f-8241-d9547e9d2947';
CREATE TABLE ecommerce_parts."mixed@2025-01-01" (
    id integer CONSTRAINT "mixed@2025-01-01~2a86ca_id_not_null" NOT NULL,
    snapshot_date date DEFAULT '2025-01-01'::date CONSTRAINT "mixed@2025-01-01~2a86ca_snapshot_date_not_null" NOT NULL
);
COMMENT ON TABLE ecommerce_parts."mixed@2025-01-01" IS 'snapshot of 2025-01-01 from postgres, load 2a86caa1-6abb-498b-b22c-0b4a6d07243c';
CREATE TABLE ecommerce_parts."mixed@2025-01-02" (
    id integer CONSTRAINT "mixed@2025-01-02~8bf5ac_id_not_null" NOT NULL,
    snapshot_date date DEFAULT '2025-01-02'::date CONSTRAINT "mixed@2025-01-02~8bf5ac_snapshot_date_not_null" NOT NULL
);
COMMENT ON TABLE ecommerce_parts."mixed@2025-01-02" IS 'slice of 2025-01-02 from postgres, load 8bf5acf9-13a8-4b8f-8241-d9547e9d2947';
CREATE TABLE ecommerce_parts."orders@2025-01-01" (
    order_id integer CONSTRAINT "orders@2025-01-01~2a86ca_order_id_not_null" NOT NULL,
    customer character varying(5),
    snapshot_date date DEFAULT '2025-01-01'::date CONSTRAINT "orders@2025-01-01~2a86ca_snapshot_date_not_null" NOT NULL,
    extra date
);
COMMENT ON TABLE ecommerce_parts."orders@2025-01-01" IS 'snapshot of 2025-01-01 from postgres, load 2a86caa1-6abb-498b-b22c-0b4a6d07243c';
CREATE TABLE ecommerce_parts."products@2025-01-01" (
    p text,
    snapshot_date date DEFAULT '2025-01-01'::date CONSTRAINT "products@2025-01-01~2a86ca_snapshot_date_not_null" NOT NULL
);
COMMENT ON TABLE ecommerce_parts."products@2025-01-01" IS 'snapshot of 2025-01-01 from postgres, load 2a86caa1-6abb-498b-b22c-0b4a6d07243c';
ALTER TABLE ONLY ecommerce_days.events ATTACH PARTITION ecommerce_parts."events@2025-01-01" FOR VALUES IN ('2025-01-01');
ALTER TABLE ONLY ecommerce_days.events ATTACH PARTITION ecommerce_parts."events@2025-01-02" FOR VALUES IN ('2025-01-02');
ALTER TABLE ONLY ecommerce_days.mixed ATTACH PARTITION ecommerce_parts."mixed@2025-01-01" FOR VALUES IN ('2025-01-01');
ALTER TABLE ONLY ecommerce_days.mixed ATTACH PARTITION ecommerce_parts."mixed@2025-01-02" FOR VALUES IN ('2025-01-02');
ALTER TABLE ONLY ecommerce_days.orders ATTACH PARTITION ecommerce_parts."orders@2025-01-01" FOR VALUES IN ('2025-01-01');
ALTER TABLE ONLY ecommerce_days.orders ATTACH PARTITION ecommerce_parts."orders@2025-01-02" FOR VALUES IN ('2025-01-02');
ALTER TABLE ONLY ecommerce_days.products ATTACH PARTITION ecommerce_parts."products@2025-01-01" FOR VALUES IN ('2025-01-01');
INSERT INTO ecommerce_days.loads VALUES ('2a86caa1-6abb-498b-b22c-0b4a6d07243c', '2a86caa1-6abb-498b-b22c-0b4a6d07243c', '2025-01-01', 'events', 'postgres', 'slice', 2, 7, '1d1c91d15ace6e21ea5f551e16e717f326992bdf800f6696628859be29b906bf', '2026-11-25 13:21:15.310129+00', '2026-11-25 13:21:15.314865+00', '2026-11-25 13:21:15.315236+00');
INSERT INTO ecommerce_days.loads VALUES ('2a86caa1-6abb-498b-b22c-0b4a6d07243c', '2a86caa1-6abb-498b-b22c-0b4a6d07243c', '2025-01-01', 'mixed', 'postgres', 'snapshot', 1, 5, '7cde7fb64fd82bd152710cf238e017b9ab46c0592483edc067ba4f6c75fac108', '2026-11-25 13:21:15.311683+00', '2026-11-25 13:21:15.313261+00', '2026-11-25 13:21:15.315236+00');
INSERT INTO ecommerce_days.loads VALUES ('2a86caa1-6abb-498b-b22c-0b4a6d07243c', '2a86caa1-6abb-498b-b22c-0b4a6d07243c', '2025-01-01', 'orders', 'postgres', 'snapshot', 2, 25, 'ddd2e31f396d45fd07509967c2552a916575d076bab705baf83be04fc59c71e7', '2026-11-25 13:21:15.300712+00', '2026-11-25 13:21:15.311426+00', '2026-11-25 13:21:15.315236+00');
INSERT INTO ecommerce_days.loads VALUES ('2a86caa1-6abb-498b-b22c-0b4a6d07243c', '2a86caa1-6abb-498b-b22c-0b4a6d07243c', '2025-01-01', 'products', 'postgres', 'snapshot', 1, 5, 'd2144dbf95f9e7e87ea7950ed9c5c64b59cf02d58c80f2f15043dcaf52578344', '2026-11-25 13:21:15.313411+00', '2026-11-25 13:21:15.315031+00', '2026-11-25 13:21:15.315236+00');
INSERT INTO ecommerce_days.loads VALUES ('8bf5acf9-13a8-4b8f-8241-d9547e9d2947', '8bf5acf9-13a8-4b8f-8241-d9547e9d2947', '2025-01-02', 'events', 'postgres', 'slice', 1, 5, 'd7847e01b29c413f099429cb049be7d862406b2c45f612530328c75d1b7309e8', '2026-11-25 13:21:15.677637+00', '2026-11-25 13:21:15.679619+00', '2026-11-25 13:21:15.681363+00');
INSERT INTO ecommerce_days.loads VALUES ('8bf5acf9-13a8-4b8f-8241-d9547e9d2947', '8bf5acf9-13a8-4b8f-8241-d9547e9d2947', '2025-01-02', 'mixed', 'postgres', 'slice', 1, 5, '4ece338a824893ad18a76a3173acce24b5e60addef0d55bf47ea13070ea88daa', '2026-11-25 13:21:15.67977+00', '2026-11-25 13:21:15.681196+00', '2026-11-25 13:21:15.681363+00');
INSERT INTO ecommerce_days.loads VALUES ('8bf5acf9-13a8-4b8f-8241-d9547e9d2947', '8bf5acf9-13a8-4b8f-8241-d9547e9d2947', '2025-01-02', 'orders', 'postgres', 'snapshot', 1, 39, '01044efa24b1558c2e7e3baa8a49f8252d947940f91e4e0330372d104e65b2f5', '2026-11-25 13:21:15.670714+00', '2026-11-25 13:21:15.677331+00', '2026-11-25 13:21:15.681363+00');
INSERT INTO ecommerce_parts."events@2025-01-01" VALUES (1, '2025-01-01');
INSERT INTO ecommerce_parts."events@2025-01-01" VALUES (2, '2025-01-01');
INSERT INTO ecommerce_parts."events@2025-01-02" VALUES (3, '2025-01-02');
INSERT INTO ecommerce_parts."mixed@2025-01-01" VALUES (1, '2025-01-01');
INSERT INTO ecommerce_parts."mixed@2025-01-02" VALUES (2, '2025-01-02');
INSERT INTO ecommerce_parts."orders@2025-01-01" VALUES (1, 'a', '2025-01-01', NULL);
INSERT INTO ecommerce_parts."orders@2025-01-01" VALUES (2, NULL, '2025-01-01', NULL);
INSERT INTO ecommerce_parts."orders@2025-01-02" VALUES (1, 'b', '2025-01-01', '2025-01-02');
INSERT INTO ecommerce_parts."products@2025-01-01" VALUES ('', '2025-01-01');
ALTER TABLE ONLY ecommerce_days.loads
    ADD CONSTRAINT loads_pkey PRIMARY KEY (load_id, table_name);
ALTER TABLE ONLY ecommerce_parts."events@2025-01-01"
    ADD CONSTRAINT "events@2025-01-01_pkey" PRIMARY KEY (id);
ALTER TABLE ONLY ecommerce_parts."events@2025-01-02"
    ADD CONSTRAINT "events@2025-01-02_pkey" PRIMARY KEY (id);
ALTER TABLE ONLY ecommerce_parts."mixed@2025-01-01"
    ADD CONSTRAINT "mixed@2025-01-01_pkey" PRIMARY KEY (id);
ALTER TABLE ONLY ecommerce_parts."mixed@2025-01-02"
    ADD CONSTRAINT "mixed@2025-01-02_pkey" PRIMARY KEY (id);
ALTER TABLE ONLY ecommerce_parts."orders@2025-01-01"
    ADD CONSTRAINT "orders@2025-01-01_pkey" PRIMARY KEY (order_id);
ALTER TABLE ONLY ecommerce_parts."orders@2025-01-02"
    ADD CONSTRAINT "orders@2025-01-02_pkey" PRIMARY KEY (order_id);
