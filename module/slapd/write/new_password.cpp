// new_password.cpp: the password that a request to add or modify an entry sets.
#include "slapd/write/new_password.hpp"

#include "slapd/auth/new_hash.hpp"
#include "slapd/worker/refused.hpp"

namespace pgsql::slapd {
namespace {

// As in {SSHA}…: a value that was meant to be a hash.
bool names_scheme(std::string_view value)
{
    const auto end = value.find('}');
    return value.starts_with('{') && end != std::string_view::npos && end > 1 &&
           value.substr(1, end - 1).find_first_of(" {") == std::string_view::npos;
}

auth::secret stored_form(Operation& op, service& service, const berval& value)
{
    const std::string_view text = to_string_view(value);
    if (text.empty())
        throw operation_refused(LDAP_CONSTRAINT_VIOLATION,
                                "userPassword: an empty password lets nobody log in");
    const auth::parsed_hash hash = auth::parse_hash(text);
    if (hash->problem() != nullptr && !names_scheme(text))
        return hash_new_password(op, service, value);
    if (be_isroot(&op) == 0)
        throw operation_refused(LDAP_CONSTRAINT_VIOLATION,
                                "userPassword: send the password itself; it is hashed here");
    if (const char* const reason = unverifiable_reason(service, *hash))
        throw operation_refused(LDAP_CONSTRAINT_VIOLATION,
                                std::string("userPassword: logins could not check the hash: ") +
                                    reason);
    return auth::secret(text);
}

std::string_view stored_in(const entry_row* row)
{
    return row != nullptr && row->hash != nullptr ? std::string_view(row->hash->stored().reveal())
                                                  : std::string_view();
}

} // namespace

requested_password password_in(const Modifications* mods)
{
    requested_password out;
    for (; mods != nullptr; mods = mods->sml_next) {
        if (!is_password(*mods->sml_desc))
            continue;
        if (mods->sml_desc != slap_schema.si_ad_userPassword)
            throw operation_refused(LDAP_UNWILLING_TO_PERFORM,
                                    "userPassword is stored without options");
        if (mods->sml_numvals > 1)
            throw operation_refused(LDAP_CONSTRAINT_VIOLATION,
                                    "userPassword: the database stores one value");
        const berval* const value = mods->sml_numvals == 1 ? &mods->sml_values[0] : nullptr;
        const bool removal = mods->sml_op == LDAP_MOD_DELETE || mods->sml_op == SLAP_MOD_SOFTDEL;
        if (mods->sml_op == LDAP_MOD_INCREMENT)
            throw operation_refused(LDAP_CONSTRAINT_VIOLATION,
                                    "modify/increment: userPassword: not a number");
        out.present = true;
        if (!removal) {
            out.value = value;
            continue;
        }
        if (value == nullptr) {
            out.value = nullptr;
            continue;
        }
        // The value must be the present one, in whichever order the client sends the two.
        if (out.old_value != nullptr && bvmatch(out.old_value, value) == 0)
            throw operation_refused(LDAP_NO_SUCH_ATTRIBUTE,
                                    "modify/delete: userPassword: no such value");
        out.old_value = value;
    }
    return out;
}

namespace {

// In place, since the memory may be slapd's or an overlay's.
void hide(berval* values, unsigned count)
{
    for (unsigned i = 0; i < count; ++i) {
        if (values[i].bv_len == 0)
            continue;
        explicit_bzero(values[i].bv_val, values[i].bv_len);
        values[i].bv_val[0] = '*';
        values[i].bv_len = 1;
    }
}

} // namespace

void hide_passwords(Modifications* mods)
{
    for (; mods != nullptr; mods = mods->sml_next)
        if (is_password(*mods->sml_desc)) {
            hide(mods->sml_values, mods->sml_numvals);
            if (mods->sml_nvalues != nullptr && mods->sml_nvalues != mods->sml_values)
                hide(mods->sml_nvalues, mods->sml_numvals);
        }
}

void hide_passwords(Entry& e)
{
    for (Attribute* a = e.e_attrs; a != nullptr; a = a->a_next)
        if (is_password(*a->a_desc)) {
            hide(a->a_vals, a->a_numvals);
            if (a->a_nvals != a->a_vals)
                hide(a->a_nvals, a->a_numvals);
        }
}

new_password::new_password(Operation& op, service& service, const requested_password& requested,
                           const entry_row* row)
    : removed_(requested.value == nullptr)
{
    if (requested.old_value != nullptr) {
        const auth::password_hash* const hash = row != nullptr ? row->hash.get() : nullptr;
        const auto old = verify_old_password(op, service, hash, *requested.old_value);
        if (old.result == auth::verdict::busy)
            throw operation_refused(LDAP_BUSY, old.reason);
        if (old.result != auth::verdict::match)
            note_wrong_password(op);
        if (old.result != auth::verdict::match && requested.by_extended_operation)
            throw operation_refused(LDAP_INVALID_CREDENTIALS, "the old password is wrong");
        if (old.result != auth::verdict::match)
            throw operation_refused(LDAP_NO_SUCH_ATTRIBUTE,
                                    "modify/delete: userPassword: no such value");
        verified_.emplace(stored_in(row));
    }
    if (!removed_)
        hash_ = stored_form(op, service, *requested.value);
}

bool new_password::add_to(directory::change_set& change, const entry_row* row) const
{
    if (verified_ && verified_->reveal() != stored_in(row))
        return false;
    change.password = removed_ ? nullptr : &hash_.reveal();
    return true;
}

} // namespace pgsql::slapd
