CREATE TABLE item (id bigint PRIMARY KEY, sku varchar(20) NOT NULL, name varchar(60) NOT NULL, price numeric(10,2) NOT NULL,
    qty integer NOT NULL, sts_cd char(1) NOT NULL, chg_ts timestamptz NOT NULL);
CREATE TABLE ord (ord_no bigint PRIMARY KEY, cust_no bigint NOT NULL, sts_cd char(1) NOT NULL, ord_ts timestamptz NOT NULL);
CREATE TABLE ord_line (ord_no bigint NOT NULL, line_no integer NOT NULL, sku varchar(20) NOT NULL, qty integer NOT NULL,
    amt numeric(10,2) NOT NULL, PRIMARY KEY (ord_no, line_no));

-- Eight new items, and two older ones change: ten rows.
CREATE FUNCTION items(n bigint) RETURNS void LANGUAGE sql AS $$
  INSERT INTO item SELECT n * 8 + g, 'SKU-' || n * 8 + g, 'A thing with a name of usual length', 10 + g, 50, 'A', now()
    FROM generate_series(0, 7) g;
  UPDATE item SET price = price + 1, qty = qty - 1 WHERE id IN (n * 8 - 8, n * 8 - 7);
$$;

-- An order of four lines: five rows.
CREATE FUNCTION order_placed(n bigint) RETURNS void LANGUAGE sql AS $$
  INSERT INTO ord VALUES (n, n % 1000, 'N', now());
  INSERT INTO ord_line SELECT n, g, 'SKU-' || g, g, 10 * g FROM generate_series(1, 4) g;
$$;

-- The same order is paid, and a line of it changes: two rows.
CREATE FUNCTION order_paid(n bigint) RETURNS void LANGUAGE sql AS $$
  UPDATE ord SET sts_cd = 'P' WHERE ord_no = n;
  UPDATE ord_line SET qty = qty + 1 WHERE ord_no = n AND line_no = 1;
$$;

CREATE PROCEDURE write_items(first bigint, past bigint) LANGUAGE plpgsql AS $$
BEGIN
  FOR n IN first..past - 1 LOOP
    PERFORM items(n);
    COMMIT;
  END LOOP;
END $$;

CREATE PROCEDURE write_orders(first bigint, past bigint) LANGUAGE plpgsql AS $$
BEGIN
  FOR n IN first..past - 1 LOOP
    PERFORM order_placed(n);
    COMMIT;
    PERFORM order_paid(n);
    COMMIT;
  END LOOP;
END $$;
