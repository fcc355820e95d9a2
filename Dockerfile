# The whole image: one static program. It brings its own certificate roots, and
# there is no shell to inject into, no package to patch and nothing to pull.

FROM scratch

# BuildKit (GitHub's runner) sets TARGETARCH; the classic builder leaves it
# empty. A default on this line would hide BuildKit's value, so it stands below.
ARG TARGETARCH

COPY dist/release-prep-linux-${TARGETARCH:-amd64} /release-prep

# No USER: a runner's workspace belongs to a user that the image cannot know.
# The program becomes the workspace's owner before it reads a byte from outside.

# Where a runner mounts the workspace, and where `docker run` is told to.
WORKDIR /github/workspace

ENTRYPOINT ["/release-prep"]
