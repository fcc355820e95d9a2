//! What to change in the build, where the `Generator` of a wheel names the
//! builder.

use crate::distribution::wheel::WheelMetadata;
use crate::rule::Rule;
use crate::rule::finding::Finding;

/// The rule, the beginning of a generator's name, and what to do there.
const REMEDIES: [(Rule, &str, &str); 13] = [
    (
        Rule::WheelPlatform,
        "maturin",
        "Let maturin build for manylinux or musllinux (`--compatibility pypi`; `manylinux: auto` of PyO3/maturin-action), or exclude the wheel from PyPI to release it among the assets.",
    ),
    (
        Rule::NativeGlibc,
        "maturin",
        "Build with `manylinux: auto` of PyO3/maturin-action, or with `maturin build --zig` for an older glibc.",
    ),
    (
        Rule::NativeMachine,
        "maturin",
        "Give maturin the target that the tag declares (`--target aarch64-unknown-linux-gnu`; `target` of PyO3/maturin-action), and check which file the job copied.",
    ),
    (
        Rule::TagOrder,
        "maturin",
        "Build with maturin 1.16 or later, which sorts tags, or have the wheel renamed.",
    ),
    (
        Rule::NativeMissing,
        "setuptools",
        "Set `optional` of the extension to false, so that setuptools fails where it cannot be compiled. If there is no extension, build a wheel for `any`.",
    ),
    (
        Rule::NativeMissing,
        "bdist_wheel",
        "Set `optional` of the extension to false, so that setuptools fails where it cannot be compiled. If there is no extension, build a wheel for `any`.",
    ),
    (
        Rule::ModuleStableAbi,
        "setuptools",
        "Set `py_limited_api` (`cp310`) in the section `bdist_wheel` of `setup.cfg`, or build without the limited API.",
    ),
    (
        Rule::ModuleStableAbi,
        "bdist_wheel",
        "Set `py_limited_api` (`cp310`) in the section `bdist_wheel` of `setup.cfg`, or build without the limited API.",
    ),
    (
        Rule::ModuleStableAbi,
        "scikit-build-core",
        "Set `wheel.py-api = \"cp310\"` in the section `tool.scikit-build` of `pyproject.toml`, or build without the limited API.",
    ),
    (
        Rule::ModuleStableAbi,
        "meson",
        "Set `limited-api = true` in the section `tool.meson-python` of `pyproject.toml`, or build without the limited API.",
    ),
    (
        Rule::NativeAny,
        "hatchling",
        "Set `pure_python` to false and `infer_tag` to true in the build hook (`build_data`).",
    ),
    (
        Rule::NativeAny,
        "setuptools",
        "Declare the module in `ext_modules`, so that setuptools tags the wheel for its platform.",
    ),
    (
        Rule::NativeAny,
        "bdist_wheel",
        "Declare the module in `ext_modules`, so that setuptools tags the wheel for its platform.",
    ),
];

/// The finding with the remedy of the builder, where there is one. A remedy that
/// names a platform stays.
#[must_use]
pub(super) fn with_remedy(finding: Finding, wheel: &WheelMetadata) -> Finding {
    let builder = wheel.generators().first().map(String::as_str).unwrap_or_default();
    let known = REMEDIES.iter().find(|(rule, name, _)| *rule == finding.rule && builder.starts_with(name));
    match known {
        Some((Rule::WheelPlatform, _, remedy)) if finding.remedy.contains("manylinux") => {
            finding.remedy(*remedy)
        }
        Some((Rule::WheelPlatform, ..)) | None => finding,
        Some((_, _, remedy)) => finding.remedy(*remedy),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remedy(rule: Rule, generator: &str) -> String {
        let wheel = format!("Wheel-Version: 1.0\nGenerator: {generator}\nTag: py3-none-any\n");
        let wheel = WheelMetadata::read(wheel.as_bytes()).unwrap();
        let finding = rule.at(None).found("x").expected("y");
        let finding = if rule == Rule::WheelPlatform { finding.remedy("Use manylinux.") } else { finding };
        with_remedy(finding, &wheel).remedy
    }

    #[test]
    fn builders_are_known_by_their_generator() {
        for (rule, generator, says) in [
            (Rule::WheelPlatform, "maturin (1.16.0)", "--compatibility pypi"),
            (Rule::NativeMissing, "bdist_wheel (0.37.1)", "`optional`"),
            (Rule::ModuleStableAbi, "scikit-build-core 0.11", "wheel.py-api"),
            (Rule::NativeAny, "hatchling 1.27.0", "infer_tag"),
            (Rule::NativeAny, "poetry-core 2.1", Rule::NativeAny.remedy()),
            (Rule::WheelTags, "maturin (1.16.0)", Rule::WheelTags.remedy()),
        ] {
            assert!(remedy(rule, generator).contains(says), "{rule} {generator}");
        }
    }
}
