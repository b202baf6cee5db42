package multimodal.inference;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Arrays;
import java.util.stream.Stream;

/** Which package may use which, as an arrow for each. */
@AnalyzeClasses(packages = "multimodal.inference", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String ROOT = "multimodal.inference.";

    @ArchTest
    static final ArchRule tensorUsesNothing = mayUse("tensor");

    @ArchTest
    static final ArchRule errorUsesNothing = mayUse("error");

    @ArchTest
    static final ArchRule randomUsesNothing = mayUse("random");

    @ArchTest
    static final ArchRule repositoryUsesTensors = mayUse("repository", "tensor", "error");

    @ArchTest
    static final ArchRule engineUsesTheRepository = mayUse("engine", "tensor", "repository", "decoding", "error");

    @ArchTest
    static final ArchRule decodingIsPureNumbersAndText = mayUse("decoding", "tensor", "random", "error");

    @ArchTest
    static final ArchRule diffusionIsPureNumbers = mayUse("diffusion", "tensor", "repository", "random", "error");

    @ArchTest
    static final ArchRule batchingUsesEngines = mayUse("batching", "tensor", "repository", "engine", "error");

    @ArchTest
    static final ArchRule admissionUsesBatching = mayUse("admission", "repository", "batching", "error");

    @ArchTest
    static final ArchRule lifecycleUsesAllThatRuns =
            mayUse("lifecycle", "tensor", "repository", "engine", "decoding", "batching", "admission", "error");

    @ArchTest
    static final ArchRule configNamesEnginesOnly = mayUse("config", "engine");

    @ArchTest
    static final ArchRule onlyTheRuntimeKnowsTelemetry = noClasses()
            .that()
            .resideOutsideOfPackages(ROOT + "telemetry", "multimodal.inference")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(ROOT + "telemetry..");

    @ArchTest
    static final ArchRule onlyEngineKnowsDjl = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + "engine")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("ai.djl..", "ai.onnxruntime..");

    @ArchTest
    static final ArchRule onlyRpcKnowsGrpc = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + "rpc")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.grpc..", "com.google.protobuf..", "com.google.rpc..", "multimodal.common..");

    @ArchTest
    static final ArchRule packagesFormNoCycle =
            slices().matching("multimodal.inference.(*)..").should().beFreeOfCycles();

    private static ArchRule mayUse(String name, String... others) {
        String[] allowed = Stream.concat(Stream.of(name), Arrays.stream(others))
                .map(other -> ROOT + other)
                .toArray(String[]::new);
        return classes()
                .that()
                .resideInAPackage(ROOT + name)
                .should()
                .onlyDependOnClassesThat(not(resideInAPackage("multimodal.inference.."))
                        .or(resideInAnyPackage(allowed))
                        .as("lie in " + String.join(", ", allowed) + " or outside this library"));
    }
}
