// slapadd.cpp: serves slapadd and slapmodify, which write entries without a server.
#include "slapd/core/callbacks.hpp"
#include "slapd/serving/database.hpp"

#include "slapd/tool/entry_loader.hpp"
#include "slapd/worker/idle_worker.hpp"
#include "slapd/write/entry_writer.hpp"
#include "slapd/write/new_entry.hpp"

#include <fmt/core.h>

namespace pgsql::slapd {
namespace {

// Of one transaction of slapadd -q.
constexpr int batch = 1000;

} // namespace

entry_loader::entry_loader(BackendDB& be, std::shared_ptr<service> service)
    : service_(std::move(service)), tree_(op_, *service_)
{
    op_.o_hdr = &header_;
    op_.o_bd = &be;
    op_.o_tmpmfuncs = &ch_mfuncs;
    op_.o_dn = be.be_rootdn;
    op_.o_ndn = be.be_rootndn;
    session_ = postgres::connection::open(service_->notify_endpoint(), limits(), stats_);
    mapping_ = current_mapping(op_, *service_);
}

entry_loader::~entry_loader() = default;

postgres::wait_options entry_loader::limits() const
{
    return {in_seconds(service_->timeout), [] { return false; }};
}

// A transaction for each entry, or with slapadd -q for many.
void entry_loader::write(const berval& ndn, const std::function<void(entry_writer&)>& work)
{
    const bool quick = (slapMode & SLAP_TOOL_QUICK) != 0;
    limits_ = limits();
    const name_lock dn{to_string_view(ndn)};
    if (transaction_ == nullptr)
        transaction_ = std::make_unique<write_transaction>(
            op_, *session_, limits_, quick ? std::span<const name_lock>() : std::span(&dn, 1));
    if (quick)
        transaction_->set_savepoint(limits_);
    read_controls none(op_);
    entry_writer writer(op_, reply_, *service_, *mapping_, transaction_.get(), limits_, none);
    try {
        work(writer);
    } catch (...) {
        if (quick)
            transaction_->roll_back(limits_);
        else
            transaction_.reset();
        tree_.forget();
        throw;
    }
    if (!quick || ++written_ % batch == 0)
        commit();
}

void entry_loader::commit()
{
    if (transaction_ == nullptr)
        return;
    const auto done = std::move(transaction_);
    limits_ = limits();
    done->commit(limits_);
}

void entry_loader::add(Entry& e)
{
    if (service_->dn_tree().find(to_string_view(e.e_nname)))
        return; // the server has it without a row
    const directory::kind* const kind = kind_of_new_entry(tree_, *mapping_, e);
    if (kind == nullptr)
        throw operation_refused(LDAP_UNWILLING_TO_PERFORM,
                                "entries with such a name cannot be added there");
    prepare_new_entry(op_, *mapping_, kind, e);
    const requested_password asked = password_of(e);
    std::optional<new_password> password;
    if (asked.present)
        password.emplace(op_, *service_, asked, nullptr);
    op_.o_req_dn = e.e_name;
    op_.o_req_ndn = e.e_nname;
    write(e.e_nname, [&](entry_writer& writer) {
        if (writer.exists(e.e_nname))
            throw operation_refused(LDAP_ALREADY_EXISTS, "the entry exists already");
        writer.check_classes(*kind, e);
        directory::change_set change = writer.change_of(directory::write_operation::add, nullptr);
        writer.add_difference(change, *kind, nullptr, e);
        if (password)
            (void)password->add_to(change, nullptr);
        writer.store(*kind, change, e.e_nname);
    });
}

void entry_loader::modify(Entry& e)
{
    op_.o_req_dn = e.e_name;
    op_.o_req_ndn = e.e_nname;
    const requested_password asked = password_of(e);
    std::optional<new_password> password;
    if (asked.present)
        password.emplace(op_, *service_, asked, nullptr);
    write(e.e_nname, [&](entry_writer& writer) {
        const entry_row row = writer.find(e.e_nname);
        writer.require_writable(*row.kind, directory::write_operation::modify);
        writer.check_classes(*row.kind, e);
        directory::change_set change = writer.change_of(directory::write_operation::modify, &row);
        writer.add_difference(change, *row.kind, row.entry.get(), e);
        if (password)
            (void)password->add_to(change, nullptr);
        writer.store(*row.kind, change, e.e_nname);
    });
}

namespace {

// The tool prints the text and, without -c, stops.
ID guarded(BackendDB* be, berval* text, const std::function<void(entry_loader&)>& step) noexcept
{
    std::string error;
    try {
        database& database = database_of(*be);
        if (database.loader == nullptr)
            database.loader = std::make_shared<entry_loader>(*be, database.serving(*be));
        step(*database.loader);
        return 1;
    } catch (const operation_refused& why) {
        error = why.text.empty() ? ldap_err2string(why.code) : why.text;
    } catch (const postgres::error& e) {
        error = fmt::format("{} (SQLSTATE {})", e.what(), e.sqlstate());
    } catch (const std::exception& e) {
        error = e.what();
    } catch (...) {
        error = "unknown exception";
    }
    snprintf(text->bv_val, text->bv_len, "%s", error.c_str());
    return NOID;
}

} // namespace

extern "C" ID pgsql_tool_put(BackendDB* be, Entry* e, berval* text) noexcept
{
    return guarded(be, text, [&](entry_loader& loader) { loader.add(*e); });
}

extern "C" ID pgsql_tool_modify(BackendDB* be, Entry* e, berval* text) noexcept
{
    return guarded(be, text, [&](entry_loader& loader) { loader.modify(*e); });
}

} // namespace pgsql::slapd
