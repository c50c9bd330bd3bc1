# SPDX-License-Identifier: Apache-2.0
# What is installed where (GNUInstallDirs), and its packages: for Debian cpack --preset package, for others (DSR_BUNDLE)
# cpack --preset portable. Two builds of one source give the same bytes, wherever and whenever they are made.
include(GNUInstallDirs)
option(DSR_BUNDLE "Install the libraries and their licences beside the program, for machines that lack them" OFF)

install(TARGETS ds-reconcilerd RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
install(FILES config/man/ds-reconcilerd.8 DESTINATION "${CMAKE_INSTALL_MANDIR}/man8")
install(FILES config/completion/ds-reconcilerd.bash DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions"
  RENAME ds-reconcilerd)
install(FILES config/completion/ds-reconcilerd.zsh DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions"
  RENAME _ds-reconcilerd)
install(FILES config/completion/ds-reconcilerd.fish DESTINATION "${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d")
install(FILES config/prometheus-rules.yaml config/grafana-dashboard.json config/reconciler.schema.json
  DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(DIRECTORY docs/ DESTINATION "${CMAKE_INSTALL_DOCDIR}" FILES_MATCHING PATTERN "*.md")
install(FILES systemd/ds-reconciler.sysusers DESTINATION lib/sysusers.d RENAME ds-reconciler.conf)

# With the prefix /usr the configuration is in /etc, as everywhere.
install(FILES config/reconciler.yaml DESTINATION "${CMAKE_INSTALL_FULL_SYSCONFDIR}/ds-reconciler")
install(DIRECTORY DESTINATION "${CMAKE_INSTALL_FULL_SYSCONFDIR}/ds-reconciler/credentials"
  DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)

if(DSR_BUNDLE)
  # RPATH and not RUNPATH, because it holds for the libraries' own libraries, too. glibc is the machine's own.
  set_target_properties(ds-reconcilerd PROPERTIES INSTALL_RPATH "$ORIGIN/../lib/ds-reconciler")
  target_link_options(ds-reconcilerd PRIVATE -Wl,--disable-new-dtags)
  install(TARGETS ds-reconcilerd RUNTIME_DEPENDENCIES PRE_EXCLUDE_REGEXES "^(ld-linux|lib(c|m|dl|rt|pthread|resolv)\\.so)"
    RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" LIBRARY DESTINATION lib/ds-reconciler)
  # Logins to MySQL: lib/store/sql/connection_settings.cpp looks for them there.
  get_target_property(library SOCI::mysql INTERFACE_LINK_LIBRARIES)
  list(FILTER library INCLUDE REGEX "/libmariadb\\.so")
  cmake_path(REMOVE_FILENAME library)
  install(DIRECTORY "${library}libmariadb3/plugin" DESTINATION lib/ds-reconciler)
  install(CODE "set(docdir \"\$ENV{DESTDIR}${CMAKE_INSTALL_FULL_DOCDIR}\")\nset(bundle \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/lib/ds-reconciler\")")
  install(SCRIPT cmake/package_licences.cmake)
endif()

# The units name both places.
foreach(unit ds-reconcilerd.service ds-reconcilerd@.service)
  file(READ "systemd/${unit}" text)
  string(REPLACE "/usr/bin/" "${CMAKE_INSTALL_FULL_BINDIR}/" text "${text}")
  string(REPLACE "/etc/ds-reconciler" "${CMAKE_INSTALL_FULL_SYSCONFDIR}/ds-reconciler" text "${text}")
  string(REPLACE "/usr/share/doc/ds-reconciler" "${CMAKE_INSTALL_FULL_DOCDIR}" text "${text}")
  file(CONFIGURE OUTPUT "units/${unit}" CONTENT "${text}" @ONLY)
  install(FILES "${CMAKE_CURRENT_BINARY_DIR}/units/${unit}" DESTINATION lib/systemd/system)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "systemd/${unit}")
endforeach()

set(CPACK_GENERATOR DEB)
# A package for each release of Debian, each newer than that of the release before.
file(STRINGS /etc/os-release debian_version REGEX "^VERSION_ID=")
string(REGEX REPLACE "[^0-9]" "" debian_version "${debian_version}")
set(CPACK_PACKAGE_NAME ds-reconciler)
set(CPACK_PACKAGE_CONTACT "ds-reconciler maintainers <maintainers@ds-reconciler.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "failover safety net for Apache DolphinScheduler clusters")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"ds-reconcilerd stands beside a DolphinScheduler cluster, compares who is
alive (ZooKeeper) with who owns unfinished workflows (the database), and
hands the workflows of dead masters to living ones by the very writes that a
master would make. It never hands a workflow over twice for one loss, never
guesses, and says for every unfinished workflow what it thinks and why.")
set(CPACK_DEBIAN_PACKAGE_RELEASE "1~deb${debian_version}")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# procps: the units' kill. tzdata: the zones of the masters' JVMs. The user is made by systemd-sysusers.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "procps, tzdata, systemd | systemd-standalone-sysusers | systemd-sysusers")
if(debian_version GREATER_EQUAL 13) # old names, such as PRC, which JVMs still know
  string(APPEND CPACK_DEBIAN_PACKAGE_DEPENDS ", tzdata-legacy")
endif()
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_STRIP_FILES ON)
set(CPACK_SET_DESTDIR ON) # for what is not below the prefix
set(CPACK_INSTALL_PREFIX /usr)
set(debian "${CMAKE_CURRENT_SOURCE_DIR}/cmake/debian")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA "${debian}/postinst" "${debian}/prerm" "${debian}/postrm" "${debian}/conffiles")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON) # not those that these files have here
set(CPACK_PRE_BUILD_SCRIPTS "${CMAKE_CURRENT_SOURCE_DIR}/cmake/package_staged.cmake")
set(CPACK_POST_BUILD_SCRIPTS "${CMAKE_CURRENT_SOURCE_DIR}/cmake/package_archive.cmake")
# The time that everything in the package bears is that of its changelog's last entry.
set(CPACK_PROJECT_CONFIG_FILE "${CMAKE_CURRENT_SOURCE_DIR}/cmake/package_time.cmake")

set(CPACK_RPM_FILE_NAME RPM-DEFAULT)
set(CPACK_RPM_PACKAGE_LICENSE "Apache-2.0")
set(CPACK_RPM_PACKAGE_SUMMARY "Failover safety net for Apache DolphinScheduler clusters")
set(CPACK_RPM_PACKAGE_GROUP "System Environment/Daemons")
set(CPACK_RPM_PACKAGE_DESCRIPTION "${CPACK_DEBIAN_PACKAGE_DESCRIPTION}")
set(CPACK_RPM_PACKAGE_RELEASE 1)
set(CPACK_RPM_PACKAGE_RELOCATABLE OFF)
set(CPACK_RPM_PACKAGE_AUTOREQPROV OFF) # its libraries are for nobody else
set(CPACK_RPM_PACKAGE_REQUIRES "glibc >= 2.36, systemd, tzdata, procps-ng")
set(CPACK_RPM_COMPRESSION_TYPE xz)
set(CPACK_RPM_USER_FILELIST "%config(noreplace) /etc/ds-reconciler/reconciler.yaml")
set(CPACK_RPM_EXCLUDE_FROM_AUTO_FILELIST_ADDITION /etc /usr/lib/systemd /usr/lib/systemd/system /usr/lib/sysusers.d
  /usr/share/bash-completion /usr/share/bash-completion/completions /usr/share/zsh /usr/share/zsh/vendor-completions
  /usr/share/fish /usr/share/fish/vendor_completions.d /usr/share/man /usr/share/man/man8)
set(rpm "${CMAKE_CURRENT_SOURCE_DIR}/cmake/rpm")
set(CPACK_RPM_POST_INSTALL_SCRIPT_FILE "${rpm}/post")
set(CPACK_RPM_PRE_UNINSTALL_SCRIPT_FILE "${rpm}/preun")
set(CPACK_RPM_POST_UNINSTALL_SCRIPT_FILE "${rpm}/postun")
# The libraries stay as Debian made them, and nothing tells when and where this was packed.
set(CPACK_RPM_SPEC_MORE_DEFINE "%define __os_install_post %{nil}
%define _build_id_links none
%define packager ${CPACK_PACKAGE_CONTACT}
%define _buildhost localhost
%define use_source_date_epoch_as_buildtime 1
%define clamp_mtime_to_source_date_epoch 1")
set(CPACK_DSR_CHANGELOG "${debian}/changelog")
set(CPACK_DSR_COPYRIGHT "${debian}/copyright")
include(CPack)
