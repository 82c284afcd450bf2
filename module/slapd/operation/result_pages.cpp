// result_pages.cpp: divides the result of a search into pages (RFC 2696).
#include "slapd/operation/result_pages.hpp"

#include <algorithm>

namespace pgsql::slapd {
namespace {

constexpr int most_page_rows = 1000;

} // namespace

std::string result_pages::request() const
{
    std::string text;
    for (const auto part : {to_string_view(op_.o_req_ndn), to_string_view(op_.o_ndn),
                            to_string_view(op_.ors_filterstr)})
        text.append(std::to_string(part.size())).append(":").append(part);
    return text + std::to_string(op_.ors_scope);
}

search_end result_pages::begin()
{
    if (get_pagedresults(&op_) <= SLAP_CONTROL_IGNORED)
        return std::nullopt;
    const auto& control = *static_cast<PagedResultsState*>(op_.o_pagedresults_state);
    paged_ = true;
    size_ = control.ps_size;
    if (control.ps_cookieval.bv_len == 0)
        return std::nullopt;
    const auto position =
        decode_cookie(to_string_view(control.ps_cookieval), service_.cookie_secret, request());
    if (!position)
        return send_search_result(
            op_, rs_, LDAP_UNWILLING_TO_PERFORM,
            "the paged results cookie belongs to another search or configuration");
    if (size_ == 0) // RFC 2696 §3: the client ends the search
        return end();
    start_ = last_ = *position;
    // The size limit applies to all pages together, also to pages sent on other connections.
    const auto sent_before = static_cast<int>(start_.entries_sent) - control.ps_count;
    if (op_.ors_slimit != SLAP_NO_LIMIT && sent_before > 0) {
        if (op_.ors_slimit <= sent_before)
            return send_search_result(op_, rs_, LDAP_SIZELIMIT_EXCEEDED);
        op_.ors_slimit -= sent_before;
    }
    return std::nullopt;
}

bool result_pages::starts_after_container(directory::container_id container) const
{
    return !start_.key.empty() && container.index() <= std::stoul(start_.key);
}

read_options result_pages::fit(directory::plan& plan, std::uint16_t kind_index) const
{
    read_options options{.ordered = paged_, .prefetch = !paged_ && plan.values_queries.empty()};
    if (start_.kind_index == kind_index && !start_.key.empty())
        options.after_key = start_.key;
    if (paged_) { // one statement per client page, plus one row that shows whether more follow
        const int asked = std::clamp(size_, 1, most_page_rows) + 1;
        plan.rows = plan.values_queries.empty() ? asked : std::min(plan.rows, asked);
    }
    return options;
}

void result_pages::add(const page_position& position, std::string_view key, int sent)
{
    if (!paged_)
        return;
    const auto before = last_.entries_sent;
    last_ = position;
    last_.entries_sent = before + static_cast<std::uint32_t>(sent);
    last_.key = key;
}

int result_pages::end_page()
{
    return end_with(encode_cookie(last_, service_.cookie_secret, request()));
}

int result_pages::end()
{
    return paged_ ? end_with("") : send_search_result(op_, rs_, LDAP_SUCCESS);
}

int result_pages::end_with(const std::string& cookie)
{
    auto& state = op_.o_conn->c_pagedresults_state;
    state.ps_cookie = cookie.empty() ? 0 : 1; // slapd's flag for more pages
    state.ps_count = cookie.empty() ? 0 : static_cast<int>(last_.entries_sent);
    BerElementBuffer buffer;
    auto* ber = reinterpret_cast<BerElement*>(&buffer);
    ber_init2(ber, nullptr, LBER_USE_DER);
    berval value = to_berval(cookie);
    // slapd frees it with the result.
    auto* control = static_cast<LDAPControl*>(op_.o_tmpalloc(sizeof(LDAPControl), op_.o_tmpmemctx));
    *control = {const_cast<char*>(LDAP_CONTROL_PAGEDRESULTS), {}, 0};
    LDAPControl* controls[] = {control, nullptr};
    // No estimate of the total: counting would cost what paging saves.
    if (ber_printf(ber, "{iO}", 0, &value) < 0 || ber_flatten2(ber, &control->ldctl_value, 0) < 0) {
        ber_free_buf(ber);
        return send_search_result(op_, rs_, LDAP_OTHER,
                                  "the paged results control cannot be encoded");
    }
    slap_add_ctrls(&op_, &rs_, controls);
    const int code = send_search_result(op_, rs_, LDAP_SUCCESS);
    ber_free_buf(ber);
    return code;
}

} // namespace pgsql::slapd
