// pepper.cpp: the secret that an application adds to each password before it is hashed.
#include "slapd/serving/pepper.hpp"

#include "mapping/settings.hpp"

#include <fmt/core.h>

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace pgsql::slapd {
namespace {

using directory::config_error;

constexpr std::size_t longest_pepper = 500; // bytes; crypt(3) reads 511

struct open_file {
    // Without O_NONBLOCK, open(2) of a FIFO waits for a writer.
    explicit open_file(const std::string& path)
        : number(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK))
    {}
    open_file(const open_file&) = delete;
    open_file& operator=(const open_file&) = delete;
    ~open_file()
    {
        if (number >= 0)
            close(number);
    }
    const int number;
};

} // namespace

std::shared_ptr<const auth::secret> read_pepper(const std::string& path)
{
    if (path.empty())
        return nullptr;
    const auto reject = [&](const std::string& reason) {
        throw config_error(fmt::format("pgsql-pepper {}: {}", path, reason));
    };
    const open_file file(path);
    struct stat about {};
    if (file.number < 0 || fstat(file.number, &about) != 0)
        reject(fmt::format("the file cannot be read: {}", strerror(errno)));
    if (!S_ISREG(about.st_mode))
        reject("it is not a file");
    if ((about.st_mode & (S_IRWXO | S_IWGRP)) != 0)
        reject("other users can read or change it; chmod 640");
    std::array<char, longest_pepper + 3> buffer{};
    const ssize_t size = read(file.number, buffer.data(), buffer.size());
    std::string_view text(buffer.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    if (text.ends_with('\n'))
        text.remove_suffix(1);
    if (text.ends_with('\r'))
        text.remove_suffix(1);
    auto out = std::make_shared<const auth::secret>(text);
    explicit_bzero(buffer.data(), buffer.size());
    const std::string& pepper = out->reveal();
    if (size < 0)
        reject(fmt::format("the file cannot be read: {}", strerror(errno)));
    if (pepper.empty() || pepper.size() > longest_pepper)
        reject(fmt::format("expected 1 to {} bytes in the file", longest_pepper));
    if (pepper.find_first_of(std::string_view("\0\n", 2)) != std::string::npos)
        reject("expected one line without NUL in the file");
    return out;
}

} // namespace pgsql::slapd
