// database.hpp: the object behind be_private: the directives of one database and, while open, its
// service.
#pragma once

#include "postgres/maintenance_thread.hpp"
#include "slapd/serving/directives.hpp"
#include "slapd/serving/service.hpp"
#include <memory>
#include <mutex>

namespace pgsql::slapd {

struct monitor_entry;
class async_binds;
class walk;
class entry_loader;

/// be_private.
class database {
public:
    directives pending;                   ///< written by the handlers; in effect once applied
    std::shared_ptr<walk> tool_walk;      ///< the position of slapcat or another tool
    std::shared_ptr<entry_loader> loader; ///< of slapadd
    const std::shared_ptr<operation_stats> stats =
        std::make_shared<operation_stats>(); ///< since slapd was started
    /// Expires with the database, so that operations that waited can check whether it still exists.
    const std::shared_ptr<const char> existence = std::make_shared<const char>();

    std::shared_ptr<monitor_entry> monitor; ///< below cn=Monitor; null if not registered

    /// Puts `pending` into effect, or throws config_error and restores the directives in effect.
    void apply(const BackendDB& be);
    void close() noexcept;
    [[nodiscard]] bool open() const noexcept { return service_ != nullptr; }
    /// The current service, rebuilt if the suffix has changed: an online change of the suffix
    /// appears only in the BackendDB.
    [[nodiscard]] std::shared_ptr<service> serving(const BackendDB& be);
    /// The current service without that check, for reading only; null while closed.
    [[nodiscard]] std::shared_ptr<service> current() const;
    /// The waiting binds. Survives changes of the directives; null while closed.
    [[nodiscard]] std::shared_ptr<async_binds> binds() const;

private:
    [[nodiscard]] std::shared_ptr<service> make_service(const BackendDB& be,
                                                        const directives& directives);
    void configure_feed(const BackendDB& be, const directives& directives, service& service,
                        const std::function<void()>& wake);
    void start_tasks(service& service);

    directives applied_;
    mutable std::mutex mutex_;
    std::shared_ptr<service> service_;
    std::shared_ptr<async_binds> async_binds_;
    std::shared_ptr<feed> feed_;                                 ///< null: off
    std::shared_ptr<postgres::maintenance_thread> maintenance_;  ///< null in tools
    std::shared_ptr<postgres::maintenance_thread> notification_; ///< the same
};

[[nodiscard]] inline database& database_of(const BackendDB& be)
{
    return *static_cast<database*>(be.be_private);
}

/// Whether this backend serves the database. bd_info does not show it, because overlays replace it.
[[nodiscard]] bool is_ours(const BackendDB& be) noexcept;

} // namespace pgsql::slapd
