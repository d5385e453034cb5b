package com.fennimore.shop.dao;

import com.fennimore.shop.model.Customer;
import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Repository;

@Repository
public class CustomerDao {

    private final JdbcTemplate jdbc;

    public CustomerDao(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    public Customer find(int customerId) {
        List<Customer> found = jdbc.query(
                """
                SELECT customer_id, login_nm, first_nm, last_nm, grp_cd FROM cust
                 WHERE customer_id = ? AND del_yn = 'N'
                """,
                (rs, i) ->
                        new Customer(rs.getInt(1), rs.getString(2), rs.getString(3), rs.getString(4), rs.getString(5)),
                customerId);
        return found.isEmpty() ? null : found.getFirst();
    }

    /** customer_id and pw_hash, or null. */
    public Map<String, Object> login(String name) {
        List<Map<String, Object>> found = jdbc.queryForList(
                "SELECT customer_id, login_nm, pw_hash FROM cust WHERE login_nm = ? AND del_yn = 'N'", name);
        return found.isEmpty() ? null : found.getFirst();
    }

    /** pw_hash of a back-office user, or null. */
    public String backOfficePassword(String name) {
        List<String> found = jdbc.queryForList(
                "SELECT pw_hash FROM usr_bo WHERE usr_cd = ? AND lck_yn = 'N' AND role_cd = 'A'", String.class, name);
        return found.isEmpty() ? null : found.getFirst();
    }

    /** street, zip_cd and city of the invoice address, or null. */
    public Map<String, Object> address(int customerId) {
        List<Map<String, Object>> found = jdbc.queryForList(
                "SELECT street, zip_cd, city FROM cust_adr WHERE kd_nr = ? AND adr_typ = 'I'", customerId);
        return found.isEmpty() ? null : found.getFirst();
    }
}
