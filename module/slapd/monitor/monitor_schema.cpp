// monitor_schema.cpp: registers the metrics as attributes of slapd's schema.
#include "slapd/monitor/monitor_schema.hpp"

namespace pgsql::slapd {
namespace {

// Under the arc of the directives' OIDs (config.cpp).
constexpr const char* arc = "2.25.162856128844017627545785008905003916249.";

bool register_attribute(int number, const std::string& name, const std::string& help,
                        const char* syntax, AttributeDescription*& to)
{
    const std::string text = "( " + std::string(arc) + "4." + std::to_string(number) + " NAME '" +
                             name + "' DESC '" + help + "' " + syntax +
                             " NO-USER-MODIFICATION USAGE dSAOperation )";
    if (register_at(text.c_str(), &to, 1) != 0)
        return false;
    to->ad_type->sat_flags |=
        SLAP_AT_HIDE; // hidden, as back-mdb's attributes: not part of the directory's schema
    return true;
}

} // namespace

const monitor_schema* register_monitor_schema()
{
    const metric_catalog& all = all_metrics();
    static monitor_schema& out = *new monitor_schema;
    out.metrics.resize(all.metrics.size());
    out.histograms.resize(all.histograms.size());
    bool done = register_attribute(
        1, "olmPgSuffix", "The suffix of the directory",
        "EQUALITY distinguishedNameMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.12 SINGLE-VALUE",
        out.suffix);
    std::string names = "olmPgSuffix";
    const auto add = [&](const auto& what, const char* syntax, AttributeDescription*& to) {
        done = done && register_attribute(what.number, what.name, what.help, syntax, to);
        names += " $ " + what.name;
    };
    for (std::size_t i = 0; i < all.metrics.size(); ++i)
        add(all.metrics[i], "SUP monitorCounter", out.metrics[i]);
    for (std::size_t i = 0; i < all.histograms.size(); ++i)
        add(all.histograms[i], "SUP monitoredInfo", out.histograms[i]);
    const std::string text = "( " + std::string(arc) +
                             "5.1 NAME 'olmPgDatabase' DESC 'Metrics of a PostgreSQL database' "
                             "SUP top AUXILIARY MAY ( " +
                             names + " ) )";
    if (!done || register_oc(text.c_str(), &out.database, 1) != 0)
        return nullptr;
    out.database->soc_flags |= SLAP_OC_HIDE;
    return &out;
}

} // namespace pgsql::slapd
