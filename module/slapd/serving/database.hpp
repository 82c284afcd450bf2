// database.hpp: what hangs off be_private: the directives of one database and, once open, its
// service.
#pragma once

#include "postgres/maintenance_thread.hpp"
#include "slapd/serving/directives.hpp"
#include "slapd/serving/service.hpp"
#include <array>
#include <memory>
#include <mutex>

namespace pgsql::slapd {

struct monitor_entry;
class async_binds;
class walk;

/// be_private.
class database {
public:
    directives pending;              ///< what the handlers write; in force once applied
    std::shared_ptr<walk> tool_walk; ///< of slapcat or another tool
    const std::shared_ptr<operation_stats> stats =
        std::make_shared<operation_stats>(); ///< since slapd began
    /// Expires with the database, for operations that waited and have to know.
    const std::shared_ptr<const char> existence = std::make_shared<const char>();

    std::shared_ptr<monitor_entry> monitor; ///< below cn=Monitor; null if it is not

    /// Makes `wanted` the truth, or throws unusable and goes back to what was in force.
    void apply(const BackendDB& be);
    void close() noexcept;
    [[nodiscard]] bool open() const noexcept { return service_ != nullptr; }
    /// What serves now. A suffix changed online shows only in the BackendDB, so it is looked at
    /// here.
    [[nodiscard]] std::shared_ptr<service> serving(const BackendDB& be);
    /// The same as it is, for who looks at it only; null while closed.
    [[nodiscard]] std::shared_ptr<service> current() const;
    /// Where binds wait. Outlives changes of the directives; null while closed.
    [[nodiscard]] std::shared_ptr<async_binds> binds() const;

private:
    [[nodiscard]] std::shared_ptr<service> make_service(const BackendDB& be,
                                                        const directives& directives);
    void start_tasks(service& service);

    directives applied_;
    mutable std::mutex mutex_;
    std::shared_ptr<service> service_;
    std::shared_ptr<async_binds> async_binds_;
    /// For the duties, and for the urgent ones; null in tools.
    std::array<std::shared_ptr<postgres::maintenance_thread>, 2> maintenance_;
};

[[nodiscard]] inline database& database_of(const BackendDB& be)
{
    return *static_cast<database*>(be.be_private);
}

/// Whether a database of slapd's is one of this backend's. bd_info would not tell: overlays put
/// their own there.
[[nodiscard]] bool is_ours(const BackendDB& be) noexcept;

} // namespace pgsql::slapd
