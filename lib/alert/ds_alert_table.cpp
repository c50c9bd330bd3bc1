// SPDX-License-Identifier: Apache-2.0
#include "alert/ds_alert_table.hpp"

#include <openssl/evp.h>

#include <array>

#include "model/failure.hpp"

namespace dsr::alert {

std::string sha1_hex(const std::string& text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1)
        throw model::Failure(model::Meaning::refused,
                             "the crypto library offers no SHA-1, which t_ds_alert.sign needs");
    constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    for (unsigned int i = 0; i < size; ++i) {
        hex.push_back(digits[digest[i] >> 4U]);
        hex.push_back(digits[digest[i] & 0xFU]);
    }
    return hex;
}

store::AlertRow alert_row(const Alert& alert, int group) {
    store::AlertRow row;
    row.title = alert.title;
    row.content = alert.content;
    row.sign = sha1_hex(alert.as_master_would ? alert.content : "ds-reconciler:" + alert.key);
    row.alert_group = group;
    return row;
}

void DsAlertTable::tell(const Alert& alert, model::Instant now) {
    store_.insert_alert(alert_row(alert, group_), now, suppress_);
}

}  // namespace dsr::alert
