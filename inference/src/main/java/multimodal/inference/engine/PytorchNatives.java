package multimodal.inference.engine;

import ai.djl.util.Platform;
import ai.djl.util.Utils;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.Properties;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;

/**
 * The libraries of PyTorch on the class path, known without loading them.
 *
 * @param version of libtorch, e.g. {@code 2.7.1-20250812}; empty if there is none
 * @param flavor {@code cpu}, or the CUDA version that it is for
 * @param platform that it is for, e.g. {@code linux-x86_64}
 * @param jniVersion of what lies between Java and libtorch, e.g. {@code 2.7.1-0.36.0}; empty if there is none
 */
record PytorchNatives(String version, String flavor, String platform, String jniVersion) {

    private static final String CURE =
            "cure: the artifacts pytorch-native-* and pytorch-jni of ai.djl.pytorch in one version"
                    + " and for this platform, -Dpytorch.version and -Dpytorch.native.classifier of the build";

    static PytorchNatives find() {
        Properties libtorch = read("/native/lib/pytorch.properties");
        return new PytorchNatives(
                libtorch.getProperty("version", ""),
                libtorch.getProperty("flavor", ""),
                libtorch.getProperty("classifier", ""),
                read("/jnilib/pytorch.properties").getProperty("jni_version", ""));
    }

    private static Properties read(String resource) {
        Properties properties = new Properties();
        try (InputStream in = Platform.class.getResourceAsStream(resource)) {
            if (in != null) {
                properties.load(in);
            }
        } catch (IOException e) {
            throw new InferenceException(ErrorKind.MISCONFIGURED, "pytorch: " + resource + ": cannot be read: " + e, e);
        }
        return properties;
    }

    /** Why these libraries cannot work on {@code here}, a platform such as {@code linux-x86_64}, and what cures it. */
    Optional<String> fault(String here) {
        if (version.isEmpty() || jniVersion.isEmpty()) {
            return Optional.of("pytorch: none (needs libtorch and its JNI; " + CURE + ")");
        }
        if (!platform.equals(here)) {
            return Optional.of("pytorch: libtorch for %s (expected: for %s; %s)".formatted(platform, here, CURE));
        }
        if (!jniVersion.startsWith(release() + "-")) {
            return Optional.of("pytorch: libtorch %s beside pytorch-jni %s (expected: of one version; %s)"
                    .formatted(release(), jniVersion, CURE));
        }
        return Optional.empty();
    }

    /**
     * Lets libraries pass that fit together and to this machine.
     *
     * @throws InferenceException {@code MISCONFIGURED} with the cure
     */
    void check() {
        fault().ifPresent(fault -> {
            throw new InferenceException(ErrorKind.MISCONFIGURED, fault);
        });
    }

    /** What the self-check says of an engine that no model has needed. */
    String summary() {
        return summary(elsewhere());
    }

    /** @param elsewhere the folder that is taken in place of these libraries, if there is one */
    String summary(Optional<String> elsewhere) {
        return fault().orElse(elsewhere
                        .map(folder -> "pytorch of " + folder)
                        .orElse(("pytorch " + release() + " " + flavor).strip())
                + ", not needed");
    }

    private Optional<String> fault() {
        return elsewhere().isPresent()
                ? Optional.empty()
                : fault(Platform.fromSystem(PytorchEngine.NAME).getClassifier());
    }

    /** Where DJL is told another folder it takes the libraries from there, and what lies on the class path is of no matter. */
    private static Optional<String> elsewhere() {
        return Optional.ofNullable(Utils.getEnvOrSystemProperty("PYTORCH_LIBRARY_PATH"));
    }

    /** The version without its build date. */
    private String release() {
        return version.split("-")[0];
    }
}
