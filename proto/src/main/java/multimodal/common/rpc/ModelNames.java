package multimodal.common.rpc;

import io.grpc.StatusRuntimeException;
import java.util.Optional;
import java.util.regex.Pattern;
import multimodal.common.v1.ModelRef;

/** How requests name models. */
public final class ModelNames {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,128}");
    private static final String EXPECTED = "1 to 128 characters of [A-Za-z0-9._-]";

    private ModelNames() {}

    /**
     * Checks a reference that must name a model.
     *
     * @throws StatusRuntimeException {@code INVALID_ARGUMENT} if {@code model.name} is no name, or {@code model.version}
     *     neither one nor empty
     */
    public static void check(ModelRef model) {
        Violations violations = new Violations();
        violations.require(isName(model.getName()), "model.name", model.getName(), EXPECTED);
        violations.require(
                version(model).stream().allMatch(ModelNames::isName),
                "model.version",
                model.getVersion(),
                EXPECTED + ", or empty");
        violations.throwIfAny();
    }

    /** The name that is asked for, if one is. */
    public static Optional<String> name(ModelRef model) {
        return said(model.getName());
    }

    /** The version that is asked for, if one is. */
    public static Optional<String> version(ModelRef model) {
        return said(model.getVersion());
    }

    private static Optional<String> said(String value) {
        return Optional.of(value).filter(text -> !text.isEmpty());
    }

    private static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }
}
