package dev.banyan.bench.measure;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.reflect.UndeclaredThrowableException;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** Asks another JVM on this machine what it alone knows, through the agent that every JDK can start in it. */
public final class JvmProbe implements Probe {

    private final JMXConnector connector;
    private final MBeanServerConnection beans;
    private final MemoryMXBean memory;

    private JvmProbe(JMXConnector connector) throws IOException {
        this.connector = connector;
        this.beans = connector.getMBeanServerConnection();
        this.memory = ManagementFactory.newPlatformMXBeanProxy(
                beans, ManagementFactory.MEMORY_MXBEAN_NAME, MemoryMXBean.class);
    }

    @SuppressWarnings("BanJNDI") // the address comes from a child of ours, not from anybody's input
    private static JMXConnector connect(String address) throws IOException {
        return JMXConnectorFactory.connect(new JMXServiceURL(address));
    }

    /** Starts the agent in process {@code pid}, which keeps it until it ends. */
    public static JvmProbe attach(long pid) throws IOException {
        try {
            var machine = VirtualMachine.attach(Long.toString(pid));
            try {
                return new JvmProbe(connect(machine.startLocalManagementAgent()));
            } finally {
                machine.detach();
            }
        } catch (AttachNotSupportedException e) {
            throw new IOException("attaching to process " + pid, e);
        }
    }

    @Override
    public long allocatedBytes() throws IOException {
        return ask(ManagementFactory.THREAD_MXBEAN_NAME, "TotalThreadAllocatedBytes");
    }

    @Override
    public long compiledMillis() throws IOException {
        return ask(ManagementFactory.COMPILATION_MXBEAN_NAME, "TotalCompilationTime");
    }

    @Override
    public boolean isCompiling() throws IOException {
        try {
            var queue = (String) beans.invoke(
                    new ObjectName("com.sun.management:type=DiagnosticCommand"), "compilerQueue", null, null);
            return queue.lines()
                    .map(String::strip)
                    .anyMatch(line -> !line.isEmpty() && !line.endsWith(":") && !line.equals("Empty"));
        } catch (JMException e) {
            throw new IOException("asking for the compilers' queue", e);
        }
    }

    private long ask(String bean, String attribute) throws IOException {
        try {
            return (Long) beans.getAttribute(new ObjectName(bean), attribute);
        } catch (JMException e) {
            throw new IOException("asking for " + attribute, e);
        }
    }

    @Override
    public long liveBytes() throws IOException {
        try {
            memory.gc();
            return memory.getHeapMemoryUsage().getUsed();
        } catch (UndeclaredThrowableException e) {
            throw new IOException(
                    "asking for the heap", e); // the connection's own failure, which the bean does not declare
        }
    }

    @Override
    public void close() throws IOException {
        connector.close();
    }
}
