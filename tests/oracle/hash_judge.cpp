// For each line "<stored> <password>", in hexadecimal, the verdict of the module: 1 if they match.
#include "auth/hash_fields.hpp"
#include "auth/password_hash.hpp"

#include <iostream>
#include <string>

using namespace pgsql::auth;

int main()
{
    std::ios::sync_with_stdio(false);
    for (std::string line; std::getline(std::cin, line);) {
        hash_fields fields(line);
        const secret stored = hex_bytes(fields.until(' '));
        const secret password = hex_bytes(fields.rest());
        const parsed_hash hash = parse_hash(stored.reveal());
        std::cout << (hash->verify(password.reveal()).result == verdict::match ? 1 : 0) << '\n';
    }
    return 0;
}
