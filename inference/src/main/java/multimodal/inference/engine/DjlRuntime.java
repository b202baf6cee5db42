package multimodal.inference.engine;

import ai.djl.engine.Engine;
import ai.djl.engine.StandardCapabilities;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;

/** What must be so in the process before DJL first looks, and the one place where its natives are loaded. */
final class DjlRuntime {

    private DjlRuntime() {}

    /** Forbids downloads and reports to others; DJL knows these settings as system properties only. */
    static void prepare() {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
    }

    /**
     * Loads an engine's native libraries.
     *
     * @param djlName as DJL names it, e.g. {@code OnnxRuntime}
     * @throws InferenceException {@code MISCONFIGURED} with the cause and the cure, if they do not load or have no use for the
     *     device
     */
    static Engine open(String djlName, Device device) {
        Engine engine = load(djlName, device);
        if (device == Device.CUDA && !(engine.hasCapability(StandardCapabilities.CUDA) && engine.getGpuCount() > 0)) {
            throw new InferenceException(
                    ErrorKind.MISCONFIGURED,
                    djlName + ": device: cuda (expected: cpu, for these libraries see no NVIDIA GPU; cure: the engine's"
                            + " libraries for CUDA, and a GPU with its driver)");
        }
        return engine;
    }

    /** Loads an engine's native libraries, whether or not there is such a device. */
    static Engine load(String djlName, Device device) {
        prepare();
        try {
            Engine engine = Engine.getEngine(djlName);
            // The first base manager is what touches the natives of every engine.
            (device == Device.CPU ? engine.newBaseManager() : engine.newBaseManager(device.toDjl())).close();
            return engine;
        } catch (Throwable e) {
            // Loading natives ends in Errors too: UnsatisfiedLinkError, ExceptionInInitializerError,
            // NoClassDefFoundError.
            throw new InferenceException(
                    ErrorKind.MISCONFIGURED,
                    djlName + ": its native libraries do not load: " + rootCause(e)
                            + " (cure: Linux x86-64 with glibc 2.28 or later, and DJL_CACHE_DIR naming a writable"
                            + " folder with 500 MB free)",
                    e);
        }
    }

    static String rootCause(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root.toString();
    }
}
