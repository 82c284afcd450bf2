// actor_roles.cpp: the roles of the client of an operation, and the rules that follow from them.
#include "slapd/roles/actor_roles.hpp"

#include "cache/result_cache.hpp"
#include "slapd/entry/entry_stream.hpp"
#include "slapd/worker/write_transaction.hpp"

namespace pgsql::slapd {
namespace {

char extra_key; // its address identifies this type of OpExtra

std::size_t bytes_of(const std::vector<assignment_row>& rows)
{
    std::size_t out = sizeof rows;
    for (const assignment_row& one : rows)
        out += sizeof one + one.role.size() + one.position.size();
    return out;
}

} // namespace

actor_roles::actor_roles(Operation& op, service& service)
    : OpExtra{}, op_(op), service_(service), outer_([&]() -> actor_roles* {
          OpExtra* extra = nullptr;
          LDAP_SLIST_FOREACH(extra, &op.o_extra, oe_next)
          {
              if (extra->oe_key != &extra_key)
                  continue;
              auto* const other = static_cast<actor_roles*>(extra);
              if (&other->service_ == &service &&
                  to_string_view(other->op_.o_ndn) == to_string_view(op.o_ndn))
                  return other;
          }
          return nullptr;
      }()),
      tree_(op, service)
{
    if (outer_ != nullptr)
        return;
    oe_key = &extra_key;
    LDAP_SLIST_INSERT_HEAD(&op_.o_extra, static_cast<OpExtra*>(this), oe_next);
}

actor_roles::~actor_roles()
{
    if (outer_ == nullptr)
        LDAP_SLIST_REMOVE(&op_.o_extra, static_cast<OpExtra*>(this), OpExtra, oe_next);
}

bool actor_roles::decide() const { return !service_.role_rules().empty() && be_isroot(&op_) == 0; }

// Overlays run operations as another identity within one of a client.
void actor_roles::update()
{
    const std::string_view actor = to_string_view(op_.o_ndn);
    if (assigned_ && actor_ == actor)
        return;
    actor_ = actor;
    assigned_.reset();
    at_.clear();
    own_.clear();
    last_.clear();
    found_.clear();
    const berval suffix = to_berval(service_.suffix_ndn);
    if (service_.role_rules().empty() || actor.empty() || dnIsSuffix(&op_.o_ndn, &suffix) == 0) {
        assigned_.emplace();
        return;
    }
    auto found = resolve_roles(op_, service_, tree_, read());
    for (const assignment& one : found)
        for (const directory::role_rule& rule : service_.role_rules())
            if (rule.role == one.role)
                (rule.self ? own_ : at_[one.top]).push_back(&rule);
    assigned_ = std::move(found);
}

std::vector<assignment_row> actor_roles::read()
{
    using rows = std::vector<assignment_row>;
    directory::result_cache* const memory = service_.role_cache.get();
    if (memory == nullptr || !memory->enabled() || wants_no_copy(op_) ||
        write_transaction::find(op_) != nullptr)
        return read_roles(op_, service_, tree_, actor_).rows;
    const auto digest = service_.row_container_rdns().empty() ? 0 : tree_.whole().digest();
    const auto known = memory->find(std::to_string(current_mapping(op_, service_)->serial) + ' ' +
                                    std::to_string(digest) + ' ' + actor_);
    if (known.hit)
        return *std::static_pointer_cast<const rows>(known.hit->value);
    auto found = read_roles(op_, service_, tree_, actor_);
    const auto out = std::make_shared<const rows>(std::move(found.rows));
    if (known.lead != nullptr) {
        if (!found.cacheable)
            known.lead->mark_uncacheable();
        known.lead->complete({out, bytes_of(*out), out->empty()});
    }
    return *out;
}

const std::vector<assignment>& actor_roles::all()
{
    holder().update();
    return *holder().assigned_;
}

const actor_roles::rules& actor_roles::own_rules()
{
    holder().update();
    return holder().own_;
}

actor_roles::rules actor_roles::rules_at(std::string_view ndn)
{
    if (outer_ != nullptr)
        return outer_->rules_at(ndn);
    update();
    if (!last_.empty() && last_ == ndn)
        return found_;
    last_ = ndn;
    found_.clear();
    for (std::string_view dn = ndn; !dn.empty() && !at_.empty(); dn = directory::parent_of(dn))
        if (const auto here = at_.find(dn); here != at_.end())
            found_.insert(found_.end(), here->second.begin(), here->second.end());
    return found_;
}

} // namespace pgsql::slapd
