#!/bin/sh
# Would install hello-release, if there were more of it.
echo 'hello, release'
