// entry_loader.hpp: writes the entries that slapadd and slapmodify read.
#pragma once

#include "slapd/entry/directory_tree.hpp"
#include "slapd/worker/write_transaction.hpp"

namespace pgsql::slapd {

class entry_writer;

/// Writes entries as the rootdn, in a session of its own. Every function throws operation_refused,
/// postgres::error and config_error.
class entry_loader {
public:
    entry_loader(BackendDB& be, std::shared_ptr<service> service);
    entry_loader(const entry_loader&) = delete;
    entry_loader& operator=(const entry_loader&) = delete;
    ~entry_loader();

    void add(Entry& e);
    /// Stores what differs from the present entry of the same DN.
    void modify(Entry& e);
    /// Stores what slapadd -q has collected. Without this it is lost.
    void commit();

private:
    [[nodiscard]] postgres::wait_options limits() const;
    void write(const berval& ndn, const std::function<void(entry_writer&)>& work);

    const std::shared_ptr<service> service_;
    Operation op_{};
    Opheader header_{};
    SlapReply reply_{};
    directory_tree tree_;
    postgres::pool_stats stats_;
    std::unique_ptr<postgres::connection> session_;
    std::shared_ptr<const resolved_mapping> mapping_;
    postgres::wait_options limits_; ///< of the transaction
    std::unique_ptr<write_transaction> transaction_;
    int written_ = 0;
};

} // namespace pgsql::slapd
