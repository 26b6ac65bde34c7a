-- Orders with their details: one row per product of an order.
-- Tables are those of the day that `day evidence DATE` is asked for.
SELECT *
FROM orders
JOIN order_details USING (order_id)
ORDER BY order_id, product_id;
