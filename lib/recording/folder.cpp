// SPDX-License-Identifier: Apache-2.0
#include "recording/folder.hpp"

#include <date/date.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <vector>

#include "base/file_descriptor.hpp"
#include "model/failure.hpp"

namespace dsr::recording {

using model::ErrorKind;
using model::Failure;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view prefix = "sweep-";
constexpr std::string_view suffix = ".json.gz";
/// A younger one may still be written by another process.
constexpr std::chrono::minutes left_behind_after{5};

/// The same text for the same problem, so that it is reported once: no file name.
[[noreturn]] void fail(const fs::path& folder, int error) {
    // A full disk may become free, a missing right requires manual correction.
    const bool passing = error == ENOSPC || error == EDQUOT || error == EIO || error == EMFILE || error == ENFILE;
    throw Failure(passing ? ErrorKind::retry : ErrorKind::permanent,
                  "the sweep was not recorded in " + folder.string() + ": " + std::generic_category().message(error));
}

/// A file being written; removed unless it was kept.
class Unfinished {
public:
    explicit Unfinished(fs::path path)
        : path_(std::move(path)),
          descriptor_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR)) {
        if (!descriptor_.is_open()) fail(path_.parent_path(), errno);
    }
    ~Unfinished() {
        if (!kept_) ::unlink(path_.c_str());
    }
    Unfinished(const Unfinished&) = delete;
    Unfinished& operator=(const Unfinished&) = delete;

    void write(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto written = ::write(descriptor_.get(), bytes.data(), bytes.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) fail(path_.parent_path(), errno);
            bytes.remove_prefix(static_cast<std::size_t>(written));
        }
        if (::fsync(descriptor_.get()) != 0) fail(path_.parent_path(), errno);
    }
    void keep_as(const fs::path& name) {
        if (::rename(path_.c_str(), name.c_str()) != 0) fail(name.parent_path(), errno);
        kept_ = true;
    }

private:
    fs::path path_;
    base::FileDescriptor descriptor_;
    bool kept_ = false;
};

/// Makes the new name survive a power failure. Not every file system supports it; the recording exists anyway.
void sync_folder(const fs::path& folder) {
    const base::FileDescriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (descriptor.is_open()) static_cast<void>(::fsync(descriptor.get()));
}

void make(const fs::path& folder) {
    std::error_code error;
    if (fs::is_directory(folder, error)) return;
    if (fs::create_directories(folder, error)) fs::permissions(folder, fs::perms::owner_all, error);
    if (error) fail(folder, error.value());
}

std::string name_of(model::Instant time, std::string_view outcome, int number) {
    std::string name(prefix);
    name += date::format("%Y%m%dT%H%M%SZ", std::chrono::floor<std::chrono::milliseconds>(time));
    if (number > 1) name += "_" + std::to_string(number);
    name += "-";
    name += outcome;
    return name + std::string(suffix);
}

struct RecordingFile {
    std::string name;
    fs::path path;
    std::uintmax_t size = 0;
};

}  // namespace

fs::path Folder::add(model::Instant time, std::string_view outcome, std::string_view bytes) const {
    make(path_);
    std::error_code error;
    int number = 1;
    while (fs::exists(fs::symlink_status(path_ / name_of(time, outcome, number), error))) ++number;
    fs::path name = path_ / name_of(time, outcome, number);
    Unfinished file(name.string() + "." + std::to_string(::getpid()) + ".tmp");
    file.write(bytes);
    file.keep_as(name);
    sync_folder(path_);
    return name;
}

void Folder::clean() const {
    std::vector<RecordingFile> recordings;
    std::error_code error;
    for (fs::directory_iterator entry(path_, error), end; !error && entry != end; entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        std::error_code gone;
        if (!name.starts_with(prefix) || entry->is_symlink(gone) || !entry->is_regular_file(gone)) continue;
        if (name.ends_with(".tmp") && name.find(suffix) != std::string::npos) {
            const auto age = fs::file_time_type::clock::now() - entry->last_write_time(gone);
            if (!gone && age > left_behind_after) fs::remove(entry->path(), gone);
        } else if (name.ends_with(suffix)) {
            recordings.push_back({name, entry->path(), entry->file_size(gone)});
        }
    }
    // The name begins with the time.
    std::sort(recordings.begin(), recordings.end(),
              [](const RecordingFile& a, const RecordingFile& b) { return a.name > b.name; });
    std::uintmax_t bytes = 0;
    for (std::size_t i = 0; i < recordings.size(); ++i) {
        bytes += recordings[i].size;
        if (i > 0 && (i >= keep_.files || bytes > keep_.bytes)) fs::remove(recordings[i].path, error);
    }
}

}  // namespace dsr::recording
