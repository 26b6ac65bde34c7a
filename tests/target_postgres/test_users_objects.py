"""What users built on the warehouse survives every load, drift included."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ecommerce import D1, D2, D3, ROLE, Ecommerce, T, orders, session

from sealed_days.core.errors import WarehouseError


@pytest.fixture
def admin(shop: Ecommerce) -> Iterator[Any]:
    """A superuser's cursor, and the roles `reader` and `bi`."""
    with session(shop.server["admin"], dbname="ecommerce") as cursor:
        for role in ("reader", "bi"):
            cursor.execute(
                f"DO $$ BEGIN CREATE ROLE {role}; EXCEPTION WHEN duplicate_object THEN END $$"
            )
        cursor.execute(f"GRANT bi TO {ROLE}; GRANT CREATE, USAGE ON SCHEMA public TO bi, {ROLE}")
        yield cursor
        cursor.execute("RESET ROLE; DROP VIEW IF EXISTS public.mine CASCADE")
        cursor.execute("DROP OWNED BY reader, bi CASCADE; DROP ROLE reader, bi")


def wide(*ids: int) -> T:
    """The orders with another type: PostgreSQL needs the view made anew."""
    columns = {"customer": "text", "order_id": "bigint"}
    return T(columns, [(f"c{i}", str(i)) for i in ids], ("order_id",))


def may(admin: Any, role: str, relation: str, column: str | None = None) -> bool:
    if column:
        admin.execute("SELECT has_column_privilege(%s, %s, %s, 'SELECT')", (role, relation, column))
    else:
        admin.execute("SELECT has_table_privilege(%s, %s, 'SELECT')", (role, relation))
    return bool(admin.fetchone()[0])


def test_dependent_views_live_through_drift_with_all_that_is_set_on_them(
    shop: Ecommerce, admin: Any
) -> None:
    shop.load(D1, orders=orders(1, 2))
    shop.sql(
        "CREATE VIEW public.mine WITH (security_barrier=true, security_invoker=true) AS "
        "SELECT order_id, customer FROM ecommerce.orders;"
        "CREATE VIEW public.upon AS SELECT count(*) AS n FROM public.mine;"
        "CREATE MATERIALIZED VIEW public.kept AS SELECT order_id FROM public.mine;"
        "CREATE UNIQUE INDEX kept_key ON public.kept (order_id);"
        "CREATE VIEW public.history AS SELECT snapshot_date, order_id FROM ecommerce_days.orders;"
        "COMMENT ON VIEW public.mine IS 'mine'; COMMENT ON COLUMN public.mine.customer IS 'who';"
        "GRANT SELECT ON public.mine TO reader; GRANT SELECT (n) ON public.upon TO reader"
    )
    admin.execute("ALTER VIEW public.upon OWNER TO bi")
    state = (
        "SELECT relname, relkind, pg_get_userbyid(relowner), reloptions, relacl::text, "
        "obj_description(oid, 'pg_class'), col_description(oid, 2), relispopulated, "
        "(SELECT string_agg(attacl::text, ',') FROM pg_attribute WHERE attrelid = pg_class.oid) "
        "FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm', 'i') "
        "AND relname IN ('mine', 'upon', 'kept', 'kept_key', 'history') ORDER BY 1"
    )
    before = shop.sql(state)
    shop.load(D2, orders=wide(3))
    assert shop.sql(state) == before
    assert shop.sql("SELECT * FROM public.mine") == [(3, "c3")]
    assert shop.type_of("public", "mine", "order_id") == "bigint"
    assert shop.sql("SELECT * FROM public.kept") == [(3,)]
    assert shop.sql("SELECT count(*) FROM public.history") == [(3,)]
    admin.execute("DROP VIEW public.history; DROP MATERIALIZED VIEW public.kept")


def test_the_views_own_marks_live_through_drift(shop: Ecommerce, admin: Any) -> None:
    shop.load(D1, orders=orders(1))
    shop.sql(
        "ALTER VIEW ecommerce.orders SET (security_barrier=true);"
        "COMMENT ON VIEW ecommerce.orders IS 'of the shop';"
        "COMMENT ON COLUMN ecommerce.orders.customer IS 'who';"
        "GRANT SELECT (customer) ON ecommerce.orders TO reader;"
        "GRANT SELECT ON ecommerce_days.orders TO reader"
    )
    admin.execute("ALTER VIEW ecommerce.orders OWNER TO bi")
    admin.execute('GRANT SELECT ON ecommerce_parts."orders@2025-01-01" TO bi')
    admin.execute("GRANT USAGE ON SCHEMA ecommerce_parts TO bi")
    admin.execute("GRANT CREATE ON SCHEMA ecommerce TO bi")
    for day, table in ((D2, orders(2)), (D3, wide(3))):
        shop.load(day, orders=table)
        assert shop.sql(
            "SELECT pg_get_userbyid(relowner), reloptions, obj_description(oid, 'pg_class') "
            "FROM pg_class WHERE oid = 'ecommerce.orders'::regclass"
        ) == [("bi", ["security_barrier=true"], "of the shop")]
        assert may(admin, "reader", "ecommerce.orders", "customer")
        assert not may(admin, "reader", "ecommerce.orders", "order_id")
        assert may(admin, "reader", "ecommerce_days.orders")
        admin.execute("SELECT count(*) FROM ecommerce.orders")  # bi may read the new day's table
        assert admin.fetchone() == (1,)


def test_readers_of_a_view_with_security_invoker_can_read_each_new_day(
    shop: Ecommerce, admin: Any
) -> None:
    shop.load(D1, orders=orders(1))
    shop.sql(
        "ALTER VIEW ecommerce.orders SET (security_invoker=true);"
        "GRANT USAGE ON SCHEMA ecommerce, ecommerce_parts TO reader;"
        "GRANT SELECT ON ecommerce.orders TO reader;"
        'GRANT SELECT ON ecommerce_parts."orders@2025-01-01" TO reader'
    )
    for day, table in ((D2, orders(2)), (D3, wide(3)), (D3, wide(4))):
        shop.load(day, orders=table)
        admin.execute("SET ROLE reader")
        admin.execute("SELECT count(*) FROM ecommerce.orders")
        admin.execute("RESET ROLE")


def test_default_privileges_never_widen_what_a_role_sees(shop: Ecommerce, admin: Any) -> None:
    for schema in ("ecommerce", "ecommerce_days", "ecommerce_parts"):
        shop.sql(
            f"CREATE SCHEMA {schema}; ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} "
            "GRANT SELECT ON TABLES TO reader, PUBLIC"
        )
    shop.load(D1, orders=orders(1))
    names = ["ecommerce.orders", "ecommerce_days.orders", 'ecommerce_parts."orders@2025-01-01"']
    for name in names:
        assert may(admin, "reader", name)  # a new table is as the user wants new tables to be
        shop.sql(f"REVOKE ALL ON {name} FROM reader, PUBLIC")
    shape = shop.sql("SELECT shape FROM ecommerce_days.loads_shapes")[0][0]
    for name in (shape, f"{shape}/{D1.year}"):
        shop.sql(f'REVOKE ALL ON ecommerce_parts."{name}" FROM reader, PUBLIC')
    shop.load(D1.replace(year=D1.year - 1), orders=orders(1))
    shop.load(D2, orders=wide(2))
    visible = shop.sql(
        "SELECT relname FROM pg_class WHERE relnamespace::regnamespace::text LIKE 'ecommerce%%' "
        "AND relkind IN ('r', 'p', 'v') AND relname !~ '^loads' "
        "AND has_any_column_privilege('reader', oid, 'SELECT')"
    )
    assert visible == []


def test_a_view_of_another_role_that_cannot_be_made_anew_is_named_before_any_copy(
    shop: Ecommerce, admin: Any
) -> None:
    shop.load(D1, orders=orders(1), products=orders(1))
    admin.execute(
        "GRANT USAGE ON SCHEMA ecommerce TO reader; GRANT CREATE ON SCHEMA public TO reader"
    )
    admin.execute("GRANT SELECT ON ecommerce.orders TO reader")
    admin.execute("SET ROLE reader; CREATE VIEW public.mine AS SELECT * FROM ecommerce.orders")
    admin.execute("RESET ROLE")
    before = shop.everything()
    with pytest.raises(
        WarehouseError,
        match=r'public.mine \(owner reader\) depends on ecommerce.orders.*DROP VIEW "public".*'
        rf'GRANT "reader" TO "{ROLE}"',
    ):
        shop.load(D2, orders=wide(2), products=orders(2))
    assert shop.everything() == before
    with pytest.raises(WarehouseError, match="is loaded without 1 of 2 tables"):
        shop.load(D2, {"on_table_error": "hold_table"}, orders=wide(2), products=orders(2))
    assert shop.view("orders") == [(1, "c1")]
    assert shop.view("products") == [(2, "c2")]
    shop.load(D2, orders=orders(2), products=orders(2))  # nothing is in the way
    admin.execute(f"GRANT reader TO {ROLE}")
    shop.load(D3, orders=wide(3), products=orders(3))
    assert shop.sql("SELECT order_id FROM public.mine") == [(3,)]
    assert shop.sql(
        "SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = 'public.mine'::regclass"
    ) == [("reader",)]
    admin.execute(f"REVOKE reader FROM {ROLE}")


def test_a_view_that_uses_a_column_that_went_is_named(shop: Ecommerce, admin: Any) -> None:
    shop.load(D1, orders=orders(1, extra="integer"))
    shop.sql("CREATE VIEW public.mine AS SELECT extra FROM ecommerce.orders")
    before = shop.everything()
    with pytest.raises(WarehouseError, match=r"public.mine .*column .*extra.* does not exist"):
        shop.load(D2, orders=orders(2))
    assert shop.everything() == before


def test_a_function_on_a_view_is_named(shop: Ecommerce, admin: Any) -> None:
    shop.load(D1, orders=orders(1))
    shop.sql("CREATE FUNCTION public.f(o ecommerce.orders) RETURNS int LANGUAGE sql AS 'SELECT 1'")
    try:
        with pytest.raises(WarehouseError, match=r"function (public\.)?f\(.*depends on type"):
            shop.load(D2, orders=wide(2))
        assert shop.view("orders") == [(1, "c1")]
    finally:
        shop.sql("DROP FUNCTION public.f")


def test_the_sources_comments_are_carried_over_where_the_user_has_none(shop: Ecommerce) -> None:
    def told(table: str, column: str) -> T:
        base = orders(1)
        base.comments.update({"": table, "customer": column})
        return base

    comments = (
        "SELECT obj_description('ecommerce.orders'::regclass), "
        "col_description('ecommerce.orders'::regclass, 2)"
    )
    shop.load(D1, orders=told("of the shop", "who"))
    assert shop.sql(comments) == [("of the shop", "who")]
    shop.sql("COMMENT ON COLUMN ecommerce.orders.customer IS 'mine'")
    shop.load(D2, orders=told("all orders", "whoever"))
    assert shop.sql(comments) == [("all orders", "mine")]
    shop.sql("COMMENT ON VIEW ecommerce.orders IS NULL")
    shop.load(D3, orders=told("once more", "nobody"))
    assert shop.sql(comments) == [(None, "mine")]


def test_a_comment_of_the_users_on_a_days_table_changes_nothing(shop: Ecommerce) -> None:
    def events(*ids: int) -> T:
        return T({"id": "integer"}, [(str(i),) for i in ids], ("id",), "slice")

    shop.load(D1, events=events(1))
    shop.load(D2, events=events(2))
    shop.sql("COMMENT ON TABLE ecommerce_parts.\"events@2025-01-01\" IS 'snapshot of nothing'")
    shop.sql("COMMENT ON VIEW ecommerce.events IS 'mine'")
    shop.load(D3, events=events(3))
    assert shop.view("events") == [(1,), (2,), (3,)]


def test_a_load_by_a_superuser_leaves_the_owners_as_they_were(shop: Ecommerce, admin: Any) -> None:
    owners = (
        "SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class "
        "WHERE relnamespace::regnamespace::text LIKE 'ecommerce%%' AND relkind <> 'i'"
    )
    admin.execute("DROP ROLE IF EXISTS boss")
    admin.execute("CREATE ROLE boss LOGIN SUPERUSER PASSWORD 'boss'")
    try:
        shop.load(D1, orders=orders(1))
        shop.load(D2, {"user": "boss", "password": "boss"}, orders=wide(2), new=orders(1))
        assert shop.sql(owners) == [(ROLE,)]
        assert shop.sql(
            "SELECT loaded_by FROM ecommerce_days.loads WHERE table_name = 'orders' ORDER BY date"
        ) == [(ROLE,), ("boss",)]
        shop.load(D3, orders=orders(3))
        assert shop.view("orders") == [(3, "c3")]
    finally:
        admin.execute("DROP ROLE boss")


def test_a_role_that_is_no_member_of_the_owner_gets_the_grant_to_run(
    shop: Ecommerce, admin: Any
) -> None:
    shop.load(D1, orders=orders(1))
    admin.execute("DROP ROLE IF EXISTS other; CREATE ROLE other LOGIN PASSWORD 'other'")
    try:
        with pytest.raises(WarehouseError, match=f'GRANT "{ROLE}" TO "other"'):
            shop.load(D2, {"user": "other", "password": "other"}, orders=orders(2))
    finally:
        admin.execute("DROP ROLE other")


def test_users_indexes_are_on_every_new_day_before_it_is_published(shop: Ecommerce) -> None:
    shop.load(D1, orders=orders(1))
    (shape,) = (row[0] for row in shop.sql("SELECT shape FROM ecommerce_days.loads_shapes"))
    shop.sql(
        f'CREATE INDEX ON ecommerce_parts."{shape}" (customer);'
        f'CREATE UNIQUE INDEX ON ecommerce_parts."{shape}" (lower(customer), snapshot_date) '
        "WHERE customer <> ''"
    )
    shop.load(D2, orders=orders(2))
    shop.load(D3, orders=wide(3))  # a new shape has the indexes of the one before
    for day in ("2025-02-01", "2025-03-01"):
        found = shop.sql(
            "SELECT count(*), bool_and(EXISTS (SELECT FROM pg_inherits WHERE inhrelid = indexrelid)"
            " OR indisprimary) FROM pg_index WHERE indrelid = %s::regclass",
            f'ecommerce_parts."orders@{day}"',
        )
        assert found == [(3, True)], day
