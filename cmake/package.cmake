# SPDX-License-Identifier: Apache-2.0
# What is installed where (GNUInstallDirs), and the Debian package of it: cpack --preset package. Two builds of one
# source give the same bytes, wherever and whenever they are made.
include(GNUInstallDirs)

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
set(CPACK_PACKAGE_NAME ds-reconciler)
set(CPACK_PACKAGE_CONTACT "ds-reconciler maintainers <maintainers@ds-reconciler.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "failover safety net for Apache DolphinScheduler clusters")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"ds-reconcilerd stands beside a DolphinScheduler cluster, compares who is
alive (ZooKeeper) with who owns unfinished workflows (the database), and
hands the workflows of dead masters to living ones by the very writes that a
master would make. It never hands a workflow over twice for one loss, never
guesses, and says for every unfinished workflow what it thinks and why.")
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# procps: the units' kill. tzdata: the zones of the masters' JVMs. The user is made by systemd-sysusers.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "procps, tzdata, systemd | systemd-standalone-sysusers | systemd-sysusers")
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
set(CPACK_DSR_CHANGELOG "${debian}/changelog")
set(CPACK_DSR_COPYRIGHT "${debian}/copyright")
include(CPack)
