// copied_entry.cpp: entries as replicas copy them, and the operations by which changes are
// replayed.
#include "slapd/entry/copied_entry.hpp"

#include "slapd/core/schema.hpp"
#include "slapd/entry/entry_stream.hpp"

#include "auth/password_hash.hpp"

#include <fmt/core.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <cstring>

namespace pgsql::slapd {
namespace {

constexpr std::size_t most_names = 500; // else all entries are read

char extra_key; // its address identifies this type of OpExtra

// What a replica derives itself: its own overlay has the groups of a user.
bool is_derived(const AttributeDescription& ad)
{
    return to_lower(to_string_view(ad.ad_cname)) == "memberof";
}

// Deletions reach a consumer only if its filter can be decided for what is known of a deleted
// entry.
const char* filter_refusal(const Filter* filter, const resolved_mapping& mapping)
{
    constexpr const char* refused =
        "replicas may filter by objectClass, entryUUID, entryCSN and the attributes that name "
        "entries";
    switch (filter->f_choice) {
    case LDAP_FILTER_AND:
    case LDAP_FILTER_OR:
    case LDAP_FILTER_NOT:
        for (const Filter* part = filter->f_and; part != nullptr; part = part->f_next)
            if (const char* const why = filter_refusal(part, mapping))
                return why;
        return nullptr;
    case SLAPD_FILTER_COMPUTED:
        return nullptr;
    case LDAP_FILTER_EXT:
        return refused;
    default:
        break;
    }
    const AttributeDescription* ad = filter->f_choice == LDAP_FILTER_PRESENT ? filter->f_desc
                                     : filter->f_choice == LDAP_FILTER_SUBSTRINGS
                                         ? filter->f_sub_desc
                                         : filter->f_av_desc;
    if (ad == slap_schema.si_ad_objectClass || ad == slap_schema.si_ad_entryUUID ||
        ad == slap_schema.si_ad_entryCSN)
        return nullptr;
    const auto& kinds = mapping.map.kinds;
    return std::any_of(
               kinds.begin(), kinds.end(),
               [&](const auto& k) { return mapping.types[k.rdn().attribute].description == ad; })
               ? nullptr
               : refused;
}

bool comes_from_row(const replication::entry_version& version) { return version.row != 0; }

} // namespace

bool is_copying(const Operation& op) noexcept
{
    // slapo-syncprov clears the flag for some of its own searches.
    return op.o_tag == LDAP_REQ_SEARCH &&
           (has_sync_control(op) ||
            (op.o_controls != nullptr && op.o_controls[slap_cids.sc_LDAPsync] != nullptr));
}

bool is_consumers(const Operation& op) noexcept
{
    return is_copying(op) && (op.o_ctrlflag[slap_cids.sc_LDAPsync] & ~SLAP_CONTROL_MASK) != 0;
}

const char* copy_refusal(const Operation& op, const service& service,
                         const resolved_mapping& mapping, int& code)
{
    if (service.feed->number_taken()) {
        code = LDAP_UNAVAILABLE;
        return "another server has the same serverID";
    }
    if (!service.feed->ready()) {
        code = LDAP_UNAVAILABLE;
        return "the entries have not been compared with the database yet";
    }
    if (service.feed->holds_back()) {
        code = LDAP_UNAVAILABLE;
        return "many entries have disappeared; this waits for confirmation";
    }
    if (!is_consumers(op))
        return nullptr;
    if (!service.feed_password_ndn.empty()) {
        code = LDAP_INSUFFICIENT_ACCESS;
        if (to_string_view(op.o_ndn) != service.feed_password_ndn)
            return "copies have password hashes, so that only pgsql-feed-passwords may take one";
        code = LDAP_CONFIDENTIALITY_REQUIRED;
        constexpr slap_ssf_t encrypted = 128;
        if (op.o_ssf < encrypted)
            return "copies have password hashes, so that they need TLS";
    }
    code = LDAP_INSUFFICIENT_ACCESS;
    if (!service.role_rules().empty() && be_isroot(const_cast<Operation*>(&op)) == 0)
        return "copies do not know the limits of roles, so that only the rootdn may take one";
    code = LDAP_UNWILLING_TO_PERFORM;
    return filter_refusal(op.ors_filter, mapping);
}

const char* refuse_copy(Operation& op, service& service, int& code)
{
    const entry_point here(entry_point::kind::lookup);
    return copy_refusal(op, service, *current_mapping(op, service), code);
}

std::optional<failure> copy_failure(Operation& op, service& service)
{
    // slapo-syncprov ignores that its own search has failed.
    if (const failure* const before = pending_failure(op))
        return *before;
    failure out;
    out.text = refuse_copy(op, service, out.code);
    if (out.text == nullptr)
        return std::nullopt;
    override_client_result(op, out);
    return out;
}

directory::selection copied_attributes(const resolved_mapping& mapping)
{
    directory::selection out{.all_user = true};
    for (std::size_t i = 0; i < mapping.types.size(); ++i)
        if (is_at_operational(mapping.types[i].description->ad_type) != 0 &&
            !is_derived(*mapping.types[i].description)) {
            out.attributes.emplace_back(i);
            out.fetched.emplace_back(i);
        }
    return out;
}

void complete_copy(Entry& e, std::int64_t stamp)
{
    const std::string csn = replication::csn_of(stamp, slap_serverID);
    berval value = to_berval(csn);
    (void)attr_delete(&e.e_attrs, slap_schema.si_ad_entryCSN);
    (void)attr_merge_one(&e, slap_schema.si_ad_entryCSN, &value, &value);
    for (const Attribute* a = e.e_attrs; a != nullptr; a = a->a_next)
        if (is_derived(*a->a_desc)) {
            (void)attr_delete(&e.e_attrs, a->a_desc);
            break;
        }
}

void complete_copy(Entry& e, const replication::entry_version& version)
{
    complete_copy(e, version.stamp);
    const Attribute* a = attr_find(e.e_attrs, slap_schema.si_ad_entryUUID);
    if (a != nullptr && to_string_view(a->a_nvals[0]) ==
                            std::string_view(reinterpret_cast<const char*>(version.uuid.data()),
                                             version.uuid.size()))
        return;
    (void)attr_delete(&e.e_attrs, slap_schema.si_ad_entryUUID);
    add_uuid(e, version.uuid);
}

void add_uuid(Entry& e, const std::array<unsigned char, 16>& uuid)
{
    std::string text;
    for (std::size_t i = 0; i < uuid.size(); ++i)
        text += fmt::format("{}{:02x}", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", uuid[i]);
    berval value = to_berval(text);
    (void)attr_merge_normalize_one(&e, slap_schema.si_ad_entryUUID, &value, nullptr);
}

bool copy_audit::admit(Entry& e, bool whole)
{
    const std::string ndn(to_string_view(e.e_nname));
    found_.push_back(replication::hash_of(ndn));
    const auto known = feed_.find(ndn);
    if (!known)
        return false;
    const auto found = version_of(e, known->kind);
    if ((whole && found.digest != known->digest) || found.uuid != known->uuid) {
        feed_.spoil(ndn);
        feed_.request();
    }
    complete_copy(e, *known);
    return true;
}

const std::optional<std::vector<std::string>>& copy_audit::narrow(const Filter& filter)
{
    if (wide_) {
        names_.reset();
        return names_;
    }
    switch (filter.f_choice) {
    case LDAP_FILTER_AND:
        for (const Filter* part = filter.f_and; part != nullptr && !names_; part = part->f_next)
            (void)narrow(*part);
        break;
    case LDAP_FILTER_EQUALITY:
        if (filter.f_av_desc == slap_schema.si_ad_entryUUID) {
            const std::string ndn = feed_.name_of(to_string_view(filter.f_av_value));
            names_ = ndn.empty() ? std::vector<std::string>() : std::vector{ndn};
            break;
        }
        [[fallthrough]];
    case LDAP_FILTER_GE:
    case LDAP_FILTER_LE:
        if (filter.f_av_desc != slap_schema.si_ad_entryCSN)
            break;
        names_ = feed_.names_if(
            [&, asserted = to_string_view(filter.f_av_value)](const auto& version) {
                const std::string csn = replication::csn_of(version.stamp, slap_serverID);
                return filter.f_choice == LDAP_FILTER_EQUALITY ? csn == asserted
                       : filter.f_choice == LDAP_FILTER_GE     ? csn >= asserted
                                                               : csn <= asserted;
            },
            most_names + 1);
        if (names_->size() > most_names)
            names_.reset();
        break;
    default:
        break;
    }
    return names_;
}

bool copy_audit::is_missing(const Operation& op, const std::string& ndn) const
{
    berval name = to_berval(ndn);
    return !std::binary_search(found_.begin(), found_.end(), replication::hash_of(ndn)) &&
           dnIsSuffixScope(&name, const_cast<berval*>(&op.o_req_ndn), op.ors_scope) == 1;
}

bool copy_audit::widen(const Operation& op)
{
    if (!names_)
        return false;
    std::sort(found_.begin(), found_.end());
    wide_ = std::any_of(names_->begin(), names_->end(), [&](const std::string& ndn) {
        const auto known = feed_.find(ndn);
        return known && comes_from_row(*known) && is_missing(op, ndn);
    });
    return wide_;
}

void copy_audit::finish(const Operation& op)
{
    if (names_)
        return; // all were found
    std::sort(found_.begin(), found_.end());
    const auto missing = feed_.names_if(comes_from_row, SIZE_MAX,
                                        [&](const auto& ndn) { return is_missing(op, ndn); });
    for (const std::string& ndn : missing)
        feed_.spoil(ndn);
    if (!missing.empty())
        feed_.request();
}

replication::entry_version version_of(const Entry& e, std::uint32_t kind)
{
    std::string text(to_string_view(e.e_name));
    replication::entry_version out{.kind = kind};
    for (const Attribute* a = e.e_attrs; a != nullptr; a = a->a_next) {
        if (is_derived(*a->a_desc) || a->a_desc == slap_schema.si_ad_entryCSN)
            continue;
        if (a->a_desc == slap_schema.si_ad_entryUUID && a->a_nvals[0].bv_len == out.uuid.size())
            std::memcpy(out.uuid.data(), a->a_nvals[0].bv_val, out.uuid.size());
        text += '\0';
        text += to_string_view(a->a_desc->ad_cname);
        std::vector<std::string_view> values; // in no order
        for (unsigned i = 0; i < a->a_numvals; ++i)
            values.push_back(to_string_view(a->a_vals[i]));
        std::sort(values.begin(), values.end());
        for (const auto value : values) {
            const auto size = static_cast<std::uint32_t>(value.size());
            text.append(reinterpret_cast<const char*>(&size), sizeof size);
            text += value;
        }
    }
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    const bool done =
        EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha256(), nullptr) == 1;
    OPENSSL_cleanse(text.data(), text.size()); // it may have a password hash
    if (!done)
        throw std::runtime_error("OpenSSL cannot compute SHA-256");
    std::memcpy(&out.digest, digest.data(), sizeof out.digest);
    out.digest = std::max(out.digest, replication::no_digest + 1);
    return out;
}

replayed_change::replayed_change(Operation& op, feed& feed, std::string ndn,
                                 std::optional<replication::entry_version> version,
                                 std::int64_t stamp, entry_ptr entry)
    : OpExtra{}, op_(op), feed_(feed), ndn_(std::move(ndn)), version_(version), stamp_(stamp),
      entry_(std::move(entry))
{
    oe_key = &extra_key;
    LDAP_SLIST_INSERT_HEAD(&op_.o_extra, static_cast<OpExtra*>(this), oe_next);
}

replayed_change::~replayed_change()
{
    LDAP_SLIST_REMOVE(&op_.o_extra, static_cast<OpExtra*>(this), OpExtra, oe_next);
}

void replayed_change::complete(Entry* e) const
{
    if (!version_)
        return;
    if (e == nullptr || version_of(*e, version_->kind).digest != version_->digest)
        feed_.spoil(ndn_); // it has changed since it was compared
    if (e != nullptr)
        complete_copy(*e, *version_);
}

replayed_change* replayed_change::of(const Operation& op) noexcept
{
    auto* const change = find(op);
    return change != nullptr && &change->op_ == &op ? change : nullptr;
}

replayed_change* replayed_change::find(const Operation& op) noexcept
{
    OpExtra* extra = nullptr;
    LDAP_SLIST_FOREACH(extra, &op.o_extra, oe_next)
    {
        if (extra->oe_key == &extra_key)
            return static_cast<replayed_change*>(extra);
    }
    return nullptr;
}

int replayed_change::run(SlapReply& rs)
{
    const std::string csn = replication::csn_of(stamp_, slap_serverID);
    berval queued = to_berval(csn);
    slap_queue_csn(&op_, &queued);
    if (version_)
        feed_.set(ndn_, *version_);
    else
        feed_.erase(ndn_);
    rs.sr_err = LDAP_SUCCESS;
    send_ldap_result(&op_, &rs);
    slap_graduate_commit_csn(&op_);
    return LDAP_SUCCESS;
}

entry_ptr replayed_change::entry() const
{
    return entry_ != nullptr ? entry_ptr(entry_dup(entry_.get())) : nullptr;
}

std::string copied_password(std::string_view stored)
{
    const auto hash = auth::parse_hash(stored);
    return hash->problem() == nullptr ? hash->slapd_form() : std::string();
}

} // namespace pgsql::slapd
